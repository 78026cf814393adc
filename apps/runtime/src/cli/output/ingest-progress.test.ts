import { Writable } from 'node:stream'
import type { IngestProgress } from '@rt/core'
import { expect, it } from 'vitest'
import { createIngestProgress } from './ingest-progress.ts'

const record = (isTTY: boolean, columns?: number): { stream: NodeJS.WriteStream; written: string[] } => {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream, written }
}
const at = (done: number): IngestProgress => ({
  done,
  files: 100,
  bytesDone: done * 100_000,
  bytes: 10_000_000,
  source: `handbook/${done}\u001b]0;x\u0007.md`,
  chunks: done,
  embedded: done,
})

it('paints one line in a terminal with rate and rest, and takes it away', () => {
  let now = 0
  const { stream, written } = record(true, 120)
  const progress = createIngestProgress({ stream, now: () => now })
  progress.update(at(1))
  now = 50
  progress.update(at(2))
  now = 2000
  progress.update(at(20))
  progress.end()
  expect(written).toEqual([
    '\r\u001b[2K 1 of 100 files · 100 kB of 10 MB · handbook/1.md',
    '\r\u001b[2K 20 of 100 files · 2 MB of 10 MB · 1 MB/s · 8 s left · handbook/20.md',
    '\r\u001b[2K',
  ])
})

it('never paints more than fits in one line', () => {
  const { stream, written } = record(true, 30)
  createIngestProgress({ stream, now: () => 0 }).update(at(20))
  expect(written[0]).toBe('\r\u001b[2K 20 of 100 files · 2 MB of 10')
})

it('writes a plain line now and then elsewhere, and none for what is quick', () => {
  let now = 0
  const { stream, written } = record(false)
  const progress = createIngestProgress({ stream, now: () => now })
  for (; now <= 12_000; now += 500) progress.update(at(now / 500))
  progress.end()
  expect(written).toEqual([
    ' 10 of 100 files · 1 MB of 10 MB · 200 kB/s · 45 s left\n',
    ' 20 of 100 files · 2 MB of 10 MB · 200 kB/s · 40 s left\n',
  ])
})
