import { describe, expect, it } from 'vitest'
import { chunkDocument, type Chunk } from './heading-aware.ts'

const bytes = (text: string): Buffer => Buffer.from(text)
const count = (text: string): number => text.split(/\s+/).filter(Boolean).length

/** Every chunk is its own slice of the file, and only whitespace lies between chunks. */
const expectExact = (file: string, chunks: Chunk[]): void => {
  const raw = bytes(file)
  let at = 0
  for (const { text, start, end } of chunks) {
    expect(raw.subarray(start, end).toString()).toBe(text)
    expect(raw.subarray(at, start).toString().trim()).toBe('')
    expect(end).toBeGreaterThan(start)
    at = end
  }
  expect(raw.subarray(at).toString().trim()).toBe('')
}

/** mulberry32: the same documents in every run. */
const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const WORDS = [
  'Reise',
  'Übernachtung',
  'größer',
  '400',
  'NOK',
  'e.g.',
  '🧭',
  '👩‍👩‍👧',
  'naïve',
  '日本語',
  'a',
  'Oslo.',
  'Why?',
  'Ende!',
  '\u00a0x',
]
const makeDocument = (seed: number): string => {
  const next = random(seed)
  const pick = <T>(list: T[]): T => list[Math.floor(next() * list.length)]!
  const sentence = (most: number): string =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(WORDS)).join(' ')
  const end = pick(['\n', '\r\n'])
  const block = (): string =>
    pick([
      () => `${'#'.repeat(1 + Math.floor(next() * 4))} ${sentence(4)}`,
      () => `${sentence(3)}${end}${pick(['===', '---'])}`,
      () => sentence(400),
      () => sentence(30),
      () => Array.from({ length: 8 }, () => `- ${sentence(12)}`).join(end),
      () => ['```ts', ...Array.from({ length: 12 }, () => `# ${sentence(9)}`), pick(['```', ''])].join(end),
      () => Array.from({ length: 6 }, () => `| ${sentence(5)} | ${sentence(5)} |`).join(end),
      () => '漢字かな'.repeat(Math.floor(next() * 200)),
      () => 'x'.repeat(Math.floor(next() * 5000)),
      () => '# ',
      () => '   ',
    ])()
  return (
    pick(['', '\uFEFF', '\n\n', `---${end}title: x${end}---${end}`]) +
    Array.from({ length: Math.floor(next() * 14) }, block).join(pick([end, end + end]))
  )
}

describe('chunkDocument', () => {
  it('gives exact byte slices that cover the file, for many generated documents', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const file = makeDocument(seed)
      for (const format of ['markdown', 'text'] as const) expectExact(file, chunkDocument(file, { format, words: 40 }))
    }
  })

  it('makes one chunk a section and names its heading path', () => {
    const file =
      '# Travel\n\n## Meals\n\nUp to 400 NOK a day.\n\n## Trains\n\n### Night\n\nBook a bed.\n\nOther\n=====\n\nText.\n'
    const chunks = chunkDocument(file)
    expect(chunks.map(({ headings }) => headings)).toEqual([
      ['Travel', 'Meals'],
      ['Travel', 'Trains', 'Night'],
      ['Other'],
    ])
    expect(chunks[0]!.text).toBe('# Travel\n\n## Meals\n\nUp to 400 NOK a day.')
    expectExact(file, chunks)
  })

  it('keeps every chunk near its size and cuts between sentences', () => {
    const file = `# Long\n\n${Array.from({ length: 120 }, (_, i) => `Sentence number ${i} has exactly seven words.`).join(' ')}`
    const chunks = chunkDocument(file, { words: 50 })
    expect(chunks.length).toBeGreaterThan(10)
    for (const { text, headings } of chunks) {
      expect(text.endsWith('words.')).toBe(true)
      expect(count(text)).toBeLessThanOrEqual(63)
      expect(headings).toEqual(['Long'])
    }
  })

  it('keeps code and tables whole when they fit, and sees no heading inside a fence', () => {
    const code = ['```sh', '# not a heading', 'run it', '', '# nor this', '```'].join('\n')
    const table = ['| city | cap |', '|---|---|', '| Oslo | 400 |', '| Bergen | 350 |'].join('\n')
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ')
    const file = `# Page\n\n${words}\n\n${code}\n\n${words}\n\n${table}\n`
    const chunks = chunkDocument(file, { words: 32 })
    expect(chunks.filter(({ text }) => text.includes(code))).toHaveLength(1)
    expect(chunks.filter(({ text }) => text.includes(table))).toHaveLength(1)
    expect(new Set(chunks.map(({ headings }) => headings.join()))).toEqual(new Set(['Page']))
  })

  it('never ends a chunk with a heading whose text goes to the next', () => {
    const body = Array.from({ length: 70 }, (_, i) => `w${i}.`).join(' ')
    for (const { text } of chunkDocument(`# A\n\n${body}\n\n# B\n\n${body}`, { words: 20 }))
      expect(text.split('\n').at(-1)).not.toMatch(/^#/)
  })

  it('cuts text without spaces between characters, not inside them', () => {
    const file = '🧭'.repeat(3000)
    const chunks = chunkDocument(file, { words: 20 })
    expect(chunks.length).toBeGreaterThan(5)
    expect(chunks.every(({ text }) => !text.includes('\uFFFD'))).toBe(true)
    expectExact(file, chunks)
  })

  it('has nothing for an empty file and skips a byte order mark', () => {
    expect(chunkDocument('\uFEFF \n\n')).toEqual([])
    expect(chunkDocument('\uFEFF# T\n\nx')[0]).toMatchObject({ start: 3, headings: ['T'] })
  })

  it('stays quick on hostile input', () => {
    for (const piece of ['.', '[', '# a\n', '#', '`', '|', '"', '.\n', '- '])
      expectExact(piece.repeat(60_000), chunkDocument(piece.repeat(60_000)))
  })
})
