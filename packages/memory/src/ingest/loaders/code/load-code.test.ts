import { describe, expect, it } from 'vitest'
import { chunkLoaded } from '../../chunkers/chunk-loaded.ts'
import type { Chunk } from '../../chunkers/heading-aware.ts'
import { loadCode } from './load-code.ts'

const cut = (name: string, text: string, words = 30): Chunk[] =>
  chunkLoaded(loadCode(Buffer.from(text), name, words), words)

const body = (indent: string, count = 12): string =>
  Array.from({ length: count }, (_, index) => `${indent}const value${index} = compute(${index}) + 1;\n`).join('')

const expectWholeLines = (text: string, chunks: Chunk[]): void => {
  const bytes = Buffer.from(text)
  for (const { start, end, text: piece } of chunks) {
    expect(bytes.subarray(start, end).toString()).toBe(piece)
    expect(text.slice(0, text.indexOf(piece)).split('\n').at(-1)!.trim()).toBe('')
    expect(text.split('\n').some((line) => line.trimEnd().endsWith(piece.split('\n').at(-1)!))).toBe(true)
  }
  const kept = chunks.map(({ text: piece }) => piece).join('')
  expect(kept.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
}

describe('loadCode', () => {
  it('cuts TypeScript at its declarations, with the comment above, and names file, class and method', () => {
    const text = `import { a } from 'a'\n\n/** Runs. */\nexport async function run() {\n${body('  ')}}\n\nexport class Wheel {\n  turn(by: number): void {\n${body('    ')}  }\n\n  async stop(): Promise<void> {\n${body('    ')}  }\n}\n`
    const chunks = cut('wheel.ts', text)
    expectWholeLines(text, chunks)
    const paths = new Set(chunks.map(({ headings }) => headings.join(' > ')))
    expect([...paths]).toEqual(
      expect.arrayContaining(['wheel.ts > run', 'wheel.ts > Wheel > turn', 'wheel.ts > Wheel > stop']),
    )
    expect(chunks.find(({ text: piece }) => piece.includes('async function run'))?.text).toMatch(/^\/\*\* Runs\. \*\//)
  })

  it.each([
    [
      'tool.py',
      `@cached\ndef first(a):\n${body('    ')}\n\nclass Second:\n    def third(self):\n${body('        ')}`,
      ['first', 'Second > third'],
    ],
    [
      'main.go',
      `package main\n\nfunc (s *Server) Start() {\n${body('\t')}}\n\ntype Wheel struct {\n${body('\t')}}\n`,
      ['Start', 'Wheel'],
    ],
    [
      'lib.rs',
      `pub(crate) async fn turn<T>(x: T) {\n${body('    ')}}\n\nimpl Wheel {\n${body('    ')}}\n`,
      ['turn', 'Wheel'],
    ],
    [
      'main.c',
      `static int turn(struct wheel *w)\n{\n${body('  ')}}\n\nint main(void) {\n${body('  ')}}\n`,
      ['turn', 'main'],
    ],
    [
      'schema.sql',
      `CREATE TABLE IF NOT EXISTS trips (\n${body('  ')});\n\ncreate view open_trips as\n${body('  ')}`,
      ['trips', 'open_trips'],
    ],
    [
      'style.css',
      `.wheel, .tyre {\n${body('  ')}}\n\n@media print {\n${body('  ')}}\n`,
      ['.wheel, .tyre', '@media print'],
    ],
    ['config.toml', `[server]\n${body('')}\n[models.chat]\n${body('')}`, ['server', 'models.chat']],
    ['ci.yaml', `name: x\njobs:\n${body('  ')}steps:\n${body('  ')}`, ['jobs', 'steps']],
    ['run.sh', `turn() {\n${body('  ')}}\nstop() {\n${body('  ')}}\n`, ['turn', 'stop']],
  ])('knows the declarations of %s', (name, text, declared) => {
    const chunks = cut(name, text)
    expectWholeLines(text, chunks)
    const paths = chunks.map(({ headings }) => headings.join(' > '))
    for (const path of declared) expect(paths).toContain(`${name} > ${path}`)
  })

  it('puts small declarations together under the name of the file', () => {
    const chunks = cut('units.ts', 'export const a = 1\n\nexport const b = 2\n\nexport const c = 3\n')
    expect(chunks).toMatchObject([{ headings: ['units.ts'], start: 0, end: 58 }])
  })

  it('cuts lines only where no model could read them whole, and says so', () => {
    const { warnings } = loadCode(Buffer.from(`x = [${'1, '.repeat(5000)}]\n`), 'data.py', 100)
    expect(warnings).toEqual(['some lines have more than 2,000 characters (generated?) and are cut'])
    expect(cut('data.py', `x = [${'1, '.repeat(5000)}]\n`, 100).length).toBeGreaterThan(10)
  })

  it('keeps bytes exact behind a byte order mark, and has nothing for an empty file', () => {
    const text = '\uFEFFdef größe():\n    return "é"\n'
    const [chunk] = cut('a.py', text)
    expect(Buffer.from(text).subarray(chunk!.start, chunk!.end).toString()).toBe(chunk!.text)
    expect(cut('a.py', '')).toEqual([])
    expect(() => loadCode(Buffer.from('a\0'), 'a.c', 10)).toThrow('binary')
  })

  it('reads a file of 300,000 lines', () => {
    const chunks = cut('a.ts', `export const a = 1\nexport const b = 2${'\n'.repeat(300_000)}`)
    expect(chunks).toMatchObject([{ headings: ['a.ts'], text: 'export const a = 1\nexport const b = 2' }])
  })

  it('stays quick on hostile lines', () => {
    const bare = (text: string): string => text.replace(/\s/g, '')
    for (const piece of ['(', 'a ', 'public ', '<', '{', 'static ', 'a.', '\t', 'function ', '[a'])
      for (const end of ['', '\n']) {
        const text = `${piece.repeat(290)}${end}`.repeat(200)
        expect(
          bare(
            cut('a.java', text)
              .map((chunk) => chunk.text)
              .join(''),
          ),
        ).toBe(bare(text))
      }
  })
})
