import type { WordMatch } from '@rt/core'
import { queryWords } from '../../driver-kit/query-words.ts'

/**
 * User text as an FTS5 query: its words, quoted. A quoted string is no syntax, so nothing a user types can reach the
 * query language. Undefined when the text has no word (emoji, punctuation).
 */
export const matchExpression = (text: string, words: WordMatch): string | undefined => {
  const terms = queryWords(text, words)
  if (!terms.length) return undefined
  if (words === 'phrase') return quoted(terms.join(' '))
  if (words === 'any') return terms.map(quoted).join(' OR ')
  return terms.map(quoted).join(' AND ') + (words === 'prefix' ? '*' : '')
}

const quoted = (word: string): string => `"${word}"`
