const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
let lastTime = 0
let lastRandom: number[] = []

/** A ULID (https://github.com/ulid/spec): 26 characters, sortable by creation, monotonic within a millisecond and when the clock steps back. */
export const createId = (now: number = Date.now()): string => {
  if (now > lastTime) {
    lastTime = now
    lastRandom = Array.from(randomBytes(), (byte) => byte & 31)
  } else increment(lastRandom)
  let time = ''
  for (let rest = lastTime, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time
  return time + lastRandom.map((digit) => ALPHABET[digit]).join('')
}

const BYTES = 16
/** Asked for in advance: most of the cost is the asking. */
const pool = new Uint8Array(64 * BYTES)
let used = pool.length

const randomBytes = (): Uint8Array => {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  return pool.subarray(used, (used += BYTES))
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
