import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { createRandom } from '../../../__fixtures__/random.ts'
import { porterStem } from './porter.ts'

/** What FTS5 makes of words, asked of SQLite itself. */
const stemsOfFts5 = (words: string[]): Map<string, string> => {
  using database = new DatabaseSync(':memory:')
  database.exec("CREATE VIRTUAL TABLE texts USING fts5(word, tokenize = 'porter unicode61')")
  database.exec("CREATE VIRTUAL TABLE terms USING fts5vocab(texts, 'instance')")
  const insert = database.prepare('INSERT INTO texts(rowid, word) VALUES (?, ?)')
  for (const [index, word] of words.entries()) insert.run(index + 1, word)
  const rows = database.prepare('SELECT doc, term FROM terms').all() as { doc: number; term: string }[]
  return new Map(rows.map(({ doc, term }) => [words[doc - 1]!, term]))
}

const ROOTS =
  'relat condition ration valenc hesitanc digit conform radical differ vile analog vietnam predic oper feudal decis hope call formal sens fall fail size tan hiss fizz fil happ sk trouble plast bled motor sing cat pon caress hop control roll probate rate cease rev adjust defens irrit replac adopt homolog commun activ angul effect bowdler agree feed y by say winter travel expens'.split(
    ' ',
  )
const ENDINGS =
  'es ies ss s eed ed ing ated bled ized ational tional enci anci izer logi bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ee ll y ying ly'.split(
    ' ',
  )

it('stems as FTS5 does', () => {
  const next = createRandom(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!
  const letters = 'aeiouybcdlmnrstxz'.split('')
  const words = new Set<string>()
  for (const root of ROOTS) for (const ending of ENDINGS) words.add(root + ending)
  for (let i = 0; i < 3000; i++)
    words.add(Array.from({ length: 1 + Math.floor(next() * 7) }, () => pick(letters)).join('') + pick(['', ...ENDINGS]))
  const expected = stemsOfFts5([...words])
  const wrong = [...expected].filter(([word, stem]) => porterStem(word) !== stem)
  expect(wrong.map(([word, stem]) => `${word}: ${stem}, not ${porterStem(word)}`)).toEqual([])
  expect(expected.size).toBe(words.size)
})
