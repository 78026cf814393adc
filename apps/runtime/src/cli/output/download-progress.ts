import type { PullProgress } from '@rt/inference/catalog'
import { printableLine } from './printable.ts'
import { style } from './style.ts'
import { bytes } from './units.ts'

const WIDTH = 20
/** Repaints of a bar a second, at most. */
const RATE = 10

/** Progress of model downloads on stderr: one moving bar a file in a terminal, a line at each end elsewhere. */
export const createDownloadProgress = (
  stream: NodeJS.WriteStream = process.stderr,
): ((progress: PullProgress) => void) => {
  const started = new Map<string, number>()
  const ended = new Set<string>()
  let painted = 0
  return (progress) => {
    const { source, phase, done, total } = progress
    const [model, file] = [printableLine(progress.model), printableLine(progress.file)]
    // A file that is already here and only hashed needs no bar.
    if (source === 'local') return
    const key = `${model}/${file}/${source}`
    const first = !started.has(key)
    if (first) started.set(key, performance.now())
    const finished = phase === 'verifying' && done >= total && !ended.has(key)
    if (finished) ended.add(key)
    if (!stream.isTTY) {
      if (first)
        stream.write(` fetch    ${model} · ${file} · ${bytes(total)} · from ${printableLine(source.split(':')[0]!)}\n`)
      if (finished) stream.write(` fetch    ${model} · ${file} · sha256 ok\n`)
      return
    }
    const now = performance.now()
    if (ended.has(key) && !finished) return
    if (!first && !finished && now - painted < 1000 / RATE) return
    painted = now
    stream.write(`\r\u001b[2K${bar(progress, (now - started.get(key)!) / 1000, stream)}${finished ? '\n' : ''}`)
  }
}

const bar = ({ model, phase, done, total }: PullProgress, seconds: number, stream: NodeJS.WriteStream): string => {
  const share = phase === 'verifying' ? 1 : total > 0 ? Math.min(1, done / total) : 0
  const filled = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
  const state =
    phase === 'downloading'
      ? `${bytes(done)} of ${bytes(total)}${seconds > 0.5 ? `  ${bytes(done / seconds)}/s` : ''}`
      : `${bytes(total)}  ${done >= total ? 'sha256 ok' : 'checking sha256'}`
  return ` ${style('bold', 'fetch', stream)}    ${printableLine(model).padEnd(18)} ${filled} ${state}`
}
