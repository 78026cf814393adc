import { createInterface } from 'node:readline/promises'
import { throwIfAborted } from '@rt/core'

export interface AskYesOptions {
  /** Ends the waiting: its reason is thrown. */
  signal?: AbortSignal | undefined
  /** Default: the terminal. */
  input?: NodeJS.ReadableStream
  output?: NodeJS.WritableStream
}

/** Asks a question that only `y` or `yes` answers with yes; a closed input (Ctrl-C, Ctrl-D) is a no. */
export const askYes = async (
  question: string,
  { signal, input = process.stdin, output = process.stderr }: AskYesOptions = {},
): Promise<boolean> => {
  throwIfAborted(signal)
  const terminal = createInterface({ input, output })
  const closed = new AbortController()
  // Readline holds the terminal: neither Ctrl-C nor Ctrl-D comes as a signal.
  terminal.on('SIGINT', () => closed.abort())
  terminal.on('close', () => closed.abort())
  const ended = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal
  try {
    const answer = await terminal.question(`${question.replaceAll(/^/gm, ' ')} [y/N] `, { signal: ended })
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    output.write('\n')
    throwIfAborted(signal)
    return false
  } finally {
    terminal.close()
  }
}
