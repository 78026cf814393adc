import type { Tokenizer } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createRandom } from '../../conformance/random.ts'
import { createSqliteStore } from '../../index.ts'

const TEXTS = 60
const CHARACTERS = ['冬季外套报销公司', 'コートの費用をカ', 'ฤดูหนาวเสื้อโค้ท', 'រដូវរងាអាវធំ', '학교에서겨울외투'].map(
  (some) => [...some],
)
const WORDS = ['coat', 'winter', 'iPhone', 'B2', 'x']

/** Texts of several scripts at random, and parts of them that a phrase has to find. */
const createTexts = (random: () => number) => {
  const below = (count: number): number => Math.floor(random() * count)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!
  const run = (): string => Array.from({ length: 1 + below(8) }, () => pick(pick(CHARACTERS))).join('')
  const text = (): string =>
    Array.from(
      { length: 1 + below(6) },
      () => (random() < 0.6 ? run() : pick(WORDS)) + pick(['', ' ', '。', ', ', '\n']),
    ).join('')
  /** From inside one run to inside another; words are not cut. */
  const part = (whole: string): string => {
    const tokens = whole.match(/[a-z0-9]+|[^a-z0-9\s。,]/giu) ?? []
    const start = below(tokens.length)
    const first = tokens.slice(start, start + 1 + below(6))
    const from = first.reduce((at, token) => whole.indexOf(token, at), 0)
    return from < 0 ? whole : spaced(first, whole)
  }
  /** With the separators the text has between them. */
  const spaced = (tokens: string[], whole: string): string => {
    const pattern = tokens.join('[\\s。,]*')
    return new RegExp(pattern, 'u').exec(whole)?.[0] ?? whole
  }
  return { text, part }
}

describe('words', () => {
  it.each(['porter', 'unicode61', 'trigram'] as Tokenizer[])(
    '%s: any part of a text is found as a phrase',
    async (tokenizer) => {
      using file = temporaryFile()
      await using store = await createSqliteStore({ path: file.path })
      const collection = await store.collection('texts', undefined, { tokenizer })
      const { text, part } = createTexts(createRandom(3))
      const records = Array.from({ length: TEXTS }, (_, n) => ({ id: `t${n}`, text: text() }))
      await collection.upsert(records)
      for (const { id, text: whole } of records) {
        const phrase = part(whole)
        // A mark alone is no word.
        if (!/[\p{L}\p{N}]/u.test(phrase)) continue
        const hits = await collection.search({ text: phrase, words: 'phrase', k: TEXTS })
        expect([phrase, whole, hits.some((hit) => hit.id === id)]).toEqual([phrase, whole, true])
      }
    },
  )
})
