import { style } from './style.ts'
import { bytes } from './units.ts'

export interface Progress {
  model: string
  file: string
  source: string
  done: number
  total: number
}

const WIDTH = 20

/** Progress of model downloads on stderr: one moving bar a file in a terminal, a line at the start elsewhere. */
export const createDownloadProgress = (stream: NodeJS.WriteStream = process.stderr): ((progress: Progress) => void) => {
  const started = new Map<string, number>()
  let painted = 0
  return ({ model, file, source, done, total }) => {
    const key = `${model}/${file}`
    const first = !started.has(key)
    if (first) started.set(key, performance.now())
    if (!stream.isTTY) {
      if (first) stream.write(` fetch    ${model}  ${file}  ${bytes(total)}  from ${source.split(':')[0]}\n`)
      return
    }
    const now = performance.now()
    const finished = done >= total
    if (!finished && now - painted < 100) return
    painted = now
    const share = total > 0 ? Math.min(1, done / total) : 0
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
    const seconds = (now - started.get(key)!) / 1000
    const rate = seconds > 0.5 ? `  ${bytes(done / seconds)}/s` : ''
    stream.write(
      `\r\u001b[2K ${style('dim', 'fetch', stream)}    ${model.padEnd(18)} ${bar} ${bytes(done)} of ${bytes(total)}${rate}${finished ? '\n' : ''}`,
    )
  }
}
