import type { Tokenizer } from '@rt/core'
import { pairsOf, type TextPart } from '../../../driver-kit/spaceless.ts'
import { encodeWord } from './encode-word.ts'
import { termsOf, trigramsOf } from './words-of.ts'

/**
 * The tokens that stand one after the other where a phrase does. `last`: an only character of a script without spaces
 * that ends it.
 */
export const phraseTokens = (
  parts: readonly TextPart[],
  tokenizer: Tokenizer,
): { stream: string[]; last: string | undefined } => {
  const stream: string[] = []
  let last: string | undefined
  for (let i = 0; i < parts.length; i++) {
    if (parts[i]!.spaceless) {
      const isLast = i === parts.length - 1
      const pairs = [...pairsOf(parts[i]!.text)]
      if (isLast && pairs.length === 1) last = encodeWord(pairs[0]!.first)
      // In the middle a run ends where that of the text does; at the end the text may go on.
      else
        for (const { first, second } of pairs)
          if (second !== undefined || !isLast) stream.push(encodeWord(first + (second ?? '')))
      continue
    }
    if (tokenizer !== 'trigram') {
      stream.push(...termsOf(parts[i]!.text, tokenizer).map(encodeWord))
      continue
    }
    const start = i
    while (parts[i + 1]?.spaceless === false) i++
    const words = parts.slice(start, i + 1).map(({ text }) => text)
    // Beside a run of the other kind a word has begun, or ended.
    const written = `${start > 0 ? ' ' : ''}${words.join(' ')}${i < parts.length - 1 ? ' ' : ''}`
    stream.push(...trigramsOf([...written].length < 3 ? ` ${written.trim()} ` : written).map(encodeWord))
  }
  return { stream, last }
}
