import { createInterface } from 'node:readline/promises'

/** Asks y/N in a terminal; no answer is no. */
export const confirm = async (question: string, signal: AbortSignal): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const asked = new AbortController()
  // Readline holds the terminal: neither Ctrl-C nor Ctrl-D comes as a signal.
  terminal.on('SIGINT', () => asked.abort())
  terminal.on('close', () => asked.abort())
  try {
    const answer = await terminal.question(` ${question} [y/N] `, { signal: AbortSignal.any([signal, asked.signal]) })
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    process.stderr.write('\n')
    return false
  } finally {
    terminal.close()
  }
}
