import type { IngestProgress } from '@rt/core'
import { printableLine } from './printable.ts'
import { displayWidth } from './table.ts'
import { bytes, count, span } from './units.ts'

/** Least milliseconds between two paints in a terminal, and between two lines elsewhere. */
const PAINT_MS = 100
const LINE_MS = 5000
/** Before that a rate says nothing. */
const STEADY_MS = 1000

export interface IngestProgressOptions {
  stream?: NodeJS.WriteStream
  now?: () => number
}

/** How far an ingest is, on stderr: one moving line in a terminal, elsewhere a line now and then. */
export const createIngestProgress = ({
  stream = process.stderr,
  now = () => performance.now(),
}: IngestProgressOptions = {}): { update(progress: IngestProgress): void; end(): void } => {
  const began = now()
  let last = stream.isTTY ? -Infinity : began
  let painted = false
  return {
    update(progress) {
      const at = now()
      if (at - last < (stream.isTTY ? PAINT_MS : LINE_MS)) return
      last = at
      const line = describe(progress, at - began)
      if (!stream.isTTY) return void stream.write(`${line}\n`)
      painted = true
      stream.write(`\r\u001b[2K${withName(line, progress.source, stream.columns || 80)}`)
    },
    end() {
      if (painted) stream.write('\r\u001b[2K')
      painted = false
    },
  }
}

// ---

/** ` 12 of 96 files · 1 MB of 9 MB · 300 kB/s · 25 s left`. */
const describe = ({ done, files, bytesDone, bytes: all }: IngestProgress, ms: number): string => {
  const parts = [`${count(done)} of ${count(files)} files`, `${bytes(bytesDone)} of ${bytes(all)}`]
  if (ms >= STEADY_MS && bytesDone > 0) {
    parts.push(`${bytes((bytesDone / ms) * 1000)}/s`)
    if (bytesDone < all) parts.push(`${span(((all - bytesDone) / bytesDone) * ms)} left`)
  }
  return ` ${parts.join(' · ')}`
}

/** The file too, where there is room: a line that wraps could not be painted over. */
const withName = (line: string, source: string, columns: number): string => {
  const named = `${line} · ${printableLine(source)}`
  if (displayWidth(named) < columns) return named
  return displayWidth(line) < columns ? line : line.slice(0, Math.max(0, columns - 1))
}
