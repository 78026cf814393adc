const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
let lastTime = 0
let lastRandom: number[] = []

/** A ULID (https://github.com/ulid/spec): 26 characters, sortable by creation, monotonic within a millisecond and when the clock steps back. */
export const createId = (now: number = Date.now()): string => {
  if (now > lastTime) {
    lastTime = now
    lastRandom = randomDigits()
  } else increment(lastRandom)
  let id = ''
  for (let rest = lastTime, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) id = ALPHABET[rest % 32] + id
  for (const digit of lastRandom) id += ALPHABET[digit]
  return id
}

/** Digits of an id, and bytes of a secret one. */
const BYTES = 16
/** Asked for in advance: most of the cost is the asking. */
const pool = new Uint8Array(64 * BYTES)
let used = pool.length

/** Nobody sees a byte of it twice. */
const randomBytes = (): Uint8Array => {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const bytes = pool.slice(used, (used += BYTES))
  pool.fill(0, used - BYTES, used)
  return bytes
}

const randomDigits = (): number[] => Array.from(randomBytes(), (byte) => byte & 31)

/** 128 random bits as hex: for ids that must not be guessed (runs, responses). */
export const createSecretId = (): string =>
  Array.from(randomBytes(), (byte) => byte.toString(16).padStart(2, '0')).join('')

const increment = (digits: number[]): void => {
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i]! < 31) {
      digits[i]!++
      return
    }
    digits[i] = 0
  }
}
