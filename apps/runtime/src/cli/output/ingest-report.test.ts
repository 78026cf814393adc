import type { FileOutcome, IngestReport } from '@rt/core'
import { expect, it } from 'vitest'
import { formatIngestReport, summarizeIngest } from './ingest-report.ts'

const file = (source: string, more: Partial<FileOutcome> = {}): FileOutcome => ({
  source,
  outcome: 'unchanged',
  warnings: [],
  chunks: 2,
  bytes: 1200,
  ms: 3,
  ...more,
})
const report = (outcomes: FileOutcome[], more: Partial<IngestReport> = {}): IngestReport => ({
  files: outcomes.length,
  added: 0,
  changed: 1,
  unchanged: 2,
  failed: outcomes.flatMap(({ source, reason }) => (reason ? [{ source, reason }] : [])),
  outcomes,
  skipped: 0,
  removed: [],
  chunks: 8,
  embedded: 2,
  truncated: 0,
  mode: 'hybrid',
  ms: 1400,
  ...more,
})
const FILES = [
  file('a.md'),
  file('b.md', { outcome: 'changed' }),
  file('c.pdf', { outcome: 'added', warnings: ['page 3 has no text\u001b[2J'] }),
  file('d\u001b]0;x\u0007.docx', { outcome: 'failed', reason: 'it is\nencrypted' }),
  file('e.md', { outcome: 'added' }),
]

it('shows what failed, needs a look or changed, and the sums', () => {
  expect(formatIngestReport(report(FILES, { skipped: 3 }), { pruned: false })).toEqual([
    ' failed    d.docx   it is encrypted',
    ' warning   c.pdf   2 chunks · 1 kB · 3 ms',
    '           page 3 has no text',
    ' changed   b.md   2 chunks · 1 kB · 3 ms',
    ' 5 files · 0 added · 1 changed · 2 unchanged · 1 failed · 3 of other kinds skipped',
    ' 8 chunks · 2 embedded · 1.4 s',
  ])
})

it('shows every file when asked', () => {
  const lines = formatIngestReport(report(FILES), { verbose: true, pruned: false })
  expect(lines.slice(0, 6).map((line) => line.trim().split(/\s+/).slice(0, 2).join(' '))).toEqual([
    'failed d.docx',
    'warning c.pdf',
    'page 3',
    'changed b.md',
    'added e.md',
    'unchanged a.md',
  ])
})

it('ends a long list with how much more there is', () => {
  const many = Array.from({ length: 30 }, (_, index) => file(`${index}.md`, { outcome: 'changed' }))
  const gone = Array.from({ length: 25 }, (_, index) => `gone/${index}.md`)
  const lines = formatIngestReport(report(many, { removed: gone }), { pruned: true })
  expect(lines.filter((line) => line.startsWith(' changed'))).toHaveLength(20)
  expect(lines).toContain(' and 10 more (--verbose)')
  expect(lines).toContain(' and 5 more (--verbose)')
  expect(lines).toContain(' 25 files gone, forgotten')
  expect(formatIngestReport(report(many), { verbose: true, pruned: false })).toHaveLength(32)
})

it('says what the reader should know about the whole', () => {
  const lines = formatIngestReport(report(FILES, { truncated: 1, mode: 'keyword', removed: ['x.md'] }), {
    pruned: false,
  })
  expect(lines.join('\n')).toContain('1 chunk longer than the embedder reads')
  expect(lines.join('\n')).toContain('no embedder: these documents are found by words only')
  expect(lines).toContain(' 1 file gone, still in the knowledge (--prune forgets it)')
  const two = formatIngestReport(report(FILES, { removed: ['x.md', 'y.md'] }), { pruned: false })
  expect(two).toContain(' 2 files gone, still in the knowledge (--prune forgets them)')
})

it('says in the line of a run that a file that is gone is still found, or is not any more', () => {
  const one = report([], { removed: ['x.md'] })
  expect(summarizeIngest(one, { pruned: false })).toContain(
    ' · 1 file gone, still in the knowledge (--prune forgets it) · ',
  )
  expect(summarizeIngest(one, { pruned: true })).toContain(' · 1 file gone, forgotten · ')
})
