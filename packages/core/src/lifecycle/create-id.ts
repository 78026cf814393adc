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

const DIGITS = 16
/** Asked for in advance: most of the cost is the asking. */
const pool = new Uint8Array(64 * DIGITS)
let used = pool.length

const randomDigits = (): number[] => {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const digits: number[] = []
  for (const end = used + DIGITS; used < end; used++) digits.push(pool[used]! & 31)
  return digits
}

/** 128 random bits as hex: for ids that must not be guessed (runs, responses). */
export const createSecretId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

const increment = (digits: number[]): void => {
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i]! < 31) {
      digits[i]!++
      return
    }
    digits[i] = 0
  }
}
