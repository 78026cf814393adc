import type { FileOutcome, IngestProgress, IngestReport } from '@rt/core'
import type { FoundFile, FoundFiles } from './find-files.ts'

/** What a run has done so far. */
export interface Tally {
  /** Files finished, of those found. */
  readonly done: number
  finish(file: FoundFile, outcome: Omit<FileOutcome, 'source' | 'bytes'>): void
  /** Progress inside a long file, or several: `bytes` of them are written. */
  advance(file: FoundFile, bytes: number): void
  embedded(texts: number, truncated: number): void
  report(): Omit<IngestReport, 'ms' | 'removed'>
}

/** Counts the outcomes of a run and tells its progress, in files and in bytes. */
export const createTally = (
  { files, failed, skipped }: FoundFiles,
  mode: IngestReport['mode'],
  onProgress: ((progress: IngestProgress) => void) | undefined,
): Tally => {
  const outcomes: FileOutcome[] = failed.map(({ source, reason }) => ({
    source,
    outcome: 'failed',
    reason,
    warnings: [],
    chunks: 0,
    bytes: 0,
    ms: 0,
  }))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  let bytesDone = 0
  let chunks = 0
  let embedded = 0
  let truncated = 0

  const tell = (source: string, bytes: number): void =>
    onProgress?.({ done, files: files.length, bytesDone: bytes, bytes: total, source, chunks, embedded })
  const count = (kind: FileOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === kind).length

  return {
    get done() {
      return done
    },
    finish({ source, bytes }, outcome) {
      outcomes.push({ source, bytes, ...outcome })
      done++
      bytesDone += bytes
      chunks += outcome.chunks
      tell(source, bytesDone)
    },
    advance: ({ source }, bytes) => tell(source, Math.min(total, bytesDone + Math.floor(bytes))),
    embedded(texts, cut) {
      embedded += texts
      truncated += cut
    },
    report() {
      const rows = outcomes.toSorted((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0))
      return {
        files: outcomes.length,
        added: count('added'),
        changed: count('changed'),
        unchanged: count('unchanged'),
        failed: rows.flatMap(({ source, outcome, reason = '' }) => (outcome === 'failed' ? { source, reason } : [])),
        outcomes: rows,
        skipped,
        chunks,
        embedded,
        truncated,
        mode,
      }
    },
  }
}
