import { createHash, randomBytes } from 'node:crypto'

const PREFIX = 'rt_'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BYTES = 32
/** Digits of the largest number of 256 bits. */
const LENGTH = 43
/** What is kept of a secret in the clear, to tell keys apart: the prefix and four digits, 24 of its 256 bits. */
export const HINT_LENGTH: number = PREFIX.length + 4

/** `rt_` and 256 random bits in base 62: one word to a double click, and findable by scanners of leaked secrets. */
export const createSecret = (): string => {
  let rest = BigInt(`0x${randomBytes(BYTES).toString('hex')}`)
  let digits = ''
  for (let index = 0; index < LENGTH; index++) {
    digits = DIGITS[Number(rest % 62n)] + digits
    rest /= 62n
  }
  return PREFIX + digits
}

/**
 * What is stored of a secret. A plain hash is right here: slow ones (scrypt, argon2) make guessing words expensive, and
 * nobody guesses 256 random bits.
 */
export const digestOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()
