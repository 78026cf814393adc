import { createHash } from 'node:crypto'

/** Longest word that is kept as it is. */
const MAX_LENGTH = 48

/**
 * A word as a token of letters a-z and digits alone, so that no tokenizer of Qdrant's can cut or fold it: `w` and the
 * word, `x` and the hex of its UTF-8, or `h` and a hash. Different words have different tokens, and the token of a
 * beginning is a beginning of the token, up to 48 letters.
 */
export const encodeWord = (word: string): string => {
  if (word.length > MAX_LENGTH) return `h${createHash('sha256').update(word).digest('hex').slice(0, 32)}`
  return /^[a-z0-9]+$/.test(word) ? `w${word}` : `x${Buffer.from(word).toString('hex')}`
}

/** What the tokens of words that begin so begin with: an ASCII beginning may go on in another script. */
export const encodeBeginnings = (beginning: string): string[] => {
  const hex = `x${Buffer.from(beginning).toString('hex')}`
  return /^[a-z0-9]+$/.test(beginning) ? [`w${beginning}`, hex] : [hex]
}

/** The dimension of a word in a sparse vector: FNV-1a, mixed. Two words in some 4,000 million share one. */
export const wordDimension = (token: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
