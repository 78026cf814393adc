/** Turns tokens into text; `before` are tokens that precede them, for tokenizers whose spaces depend on it. */
export type Detokenize = (tokens: readonly number[], before: readonly number[]) => string

export interface TextDecoder {
  /** The text this token completes; `''` while a character is still in parts. */
  push(token: number): string
  /** What is left; the torn half of a character is dropped. */
  end(): string
}

/** A UTF-8 character has at most four bytes, and a byte-level tokenizer may give each its own token. */
const MOST_TOKENS_OF_A_CHARACTER = 4
const REPLACEMENT = '\uFFFD'

/**
 * Detokenises one token at a time. A token may hold part of a character, which detokenises to U+FFFD: such an end is held
 * back until the character is whole, so U+FFFD comes out only where the model itself wrote invalid bytes.
 */
export const createTextDecoder = (detokenize: Detokenize): TextDecoder => {
  let before: number[] = []
  let pending: number[] = []
  const release = (text: string): string => {
    before = [...before, ...pending].slice(-MOST_TOKENS_OF_A_CHARACTER)
    pending = []
    return text
  }
  return {
    push(token) {
      pending.push(token)
      const text = detokenize(pending, before)
      const torn = text.endsWith(REPLACEMENT) && pending.length < 2 * MOST_TOKENS_OF_A_CHARACTER
      return torn ? '' : release(text)
    },
    end: () => (pending.length ? release(detokenize(pending, before)).replace(/\uFFFD+$/, '') : ''),
  }
}
