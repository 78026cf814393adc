import type { PullEvent, PullProgress } from '@rt/inference/catalog'
import { createDownloadProgress } from './download-progress.ts'
import { printableLine } from './printable.ts'
import { style } from './style.ts'
import { bytes } from './units.ts'

export interface PullListener {
  onProgress(progress: PullProgress): void
  onEvent(event: PullEvent): void
}

/** Tells a person on stderr how a fetch goes: which file was chosen and why, how far it is, which source failed. */
export const createPullListener = (): PullListener => ({
  onProgress: createDownloadProgress(),
  onEvent: (event) => {
    if (event.type === 'chosen') write(style('green', 'chosen', process.stderr), chosen(event))
    if (event.type === 'warning')
      write(`${style('yellow', 'note', process.stderr)}  `, `${event.source}: ${event.reason}`)
  },
})

const chosen = ({ file, quantization, bytes: size, why }: Extract<PullEvent, { type: 'chosen' }>): string =>
  [file, quantization, size === undefined ? undefined : bytes(size), why].filter(Boolean).join(' · ')

const write = (title: string, text: string): void =>
  void process.stderr.write(`${clearLine()} ${title}   ${printableLine(text)}\n`)

/** A note takes the line of a bar that is being painted. */
const clearLine = (): string => (process.stderr.isTTY ? '\r\u001b[2K' : '')
