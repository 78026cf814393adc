import { createInterface, type Interface } from 'node:readline'
import { style, takesColor } from '../output/style.ts'
import type { ChatTerminal } from './chat.ts'
import { type ChatHistory, isKept } from './history-file.ts'

export interface TerminalOptions {
  history: ChatHistory
  complete(line: string): Promise<[string[], string]>
  /** Ends everything: reading throws its reason. */
  signal: AbortSignal
  input?: NodeJS.ReadStream
  output?: NodeJS.WriteStream
}

type Read = { line: string } | 'interrupted' | 'ended'

/** A terminal to talk in, with editing, history and completion. Close it, or the process does not end. */
export const openTerminal = ({
  history,
  complete,
  signal,
  input = process.stdin,
  output = process.stdout,
}: TerminalOptions): ChatTerminal & Disposable => {
  const readline = createInterface({
    input,
    output,
    history: [...history.lines],
    historySize: 1000,
    removeHistoryDuplicates: true,
    completer: (line: string, answer: (error: Error | null, result: [string[], string]) => void) =>
      void complete(line).then(
        (result) => answer(null, result),
        () => answer(null, [[], line]),
      ),
  })
  // What readline remembers and what the file keeps are the same.
  readline.on('history', (lines: string[]) => {
    if (!isKept(lines[0] ?? '')) lines.shift()
  })
  const reads = queueReads(readline, input, output)
  let working: AbortController | undefined
  // Readline holds the terminal: Ctrl-C is no signal here.
  readline.on('SIGINT', () => {
    if (working) working.abort()
    else if (readline.line) clearLine(readline)
    else reads.put('interrupted')
  })
  const abort = (): void => reads.fail(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })

  return {
    get width() {
      return output.columns || 100
    },
    get color() {
      return takesColor()
    },
    async read(prompt) {
      readline.setPrompt(style('bold', prompt, output))
      if (!reads.waiting()) readline.prompt(true)
      const read = await reads.next()
      if (read === 'interrupted' || read === 'ended') output.write('\n')
      else for (const line of read.line.split('\n')) await history.add(line)
      return read
    },
    async ask(question, given) {
      const asked = question.replaceAll(/^/gm, ' ').split('\n')
      output.write(`\n${asked.slice(0, -1).join('\n')}\n`)
      readline.setPrompt(`${asked.at(-1)} [y/N] `)
      readline.prompt()
      const read = await reads.fresh(given)
      return typeof read === 'object' && /^y(es)?$/i.test(read.line.trim())
    },
    write: (text) => void output.write(text),
    async interruptible(work) {
      working = new AbortController()
      try {
        return await work(AbortSignal.any([signal, working.signal]))
      } finally {
        working = undefined
      }
    },
    clear: () => void (output.isTTY && output.write('\u001b[2J\u001b[3J\u001b[H')),
    [Symbol.dispose]() {
      signal.removeEventListener('abort', abort)
      if (output.isTTY) output.write(PASTE_OFF)
      readline.close()
    },
  }
}

// ---

const PASTE_ON = '\u001b[?2004h'
const PASTE_OFF = '\u001b[?2004l'

interface Reads {
  put(read: Read): void
  next(): Promise<Read>
  /** What is typed from now on; an abort is no answer. */
  fresh(signal: AbortSignal): Promise<Read>
  /** Something was typed while an answer was written. */
  waiting(): boolean
  fail(reason: unknown): void
}

/** Lines in the order they were typed. What is pasted is one message: the terminal marks where it begins and ends. */
const queueReads = (readline: Interface, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Reads => {
  const queue: Read[] = []
  let taker: { resolve(read: Read): void; reject(reason: unknown): void } | undefined
  let failure: { reason: unknown } | undefined
  let ended = false
  let pasting = false
  let pasted: string[] = []
  const put = (read: Read): void => {
    if (!taker) return void queue.push(read)
    taker.resolve(read)
    taker = undefined
  }
  if (output.isTTY) output.write(PASTE_ON)
  input.on('keypress', (_text: unknown, key: { name?: string } | undefined) => {
    if (key?.name === 'paste-start') pasting = true
    else if (key?.name === 'paste-end') pasting = false
  })
  readline.on('line', (line) => {
    pasted.push(line)
    if (pasting) return
    put({ line: pasted.join('\n') })
    pasted = []
  })
  readline.on('close', () => {
    ended = true
    put('ended')
  })
  const fresh = (signal: AbortSignal): Promise<Read> =>
    new Promise((resolve, reject) => {
      const settled = (): void => {
        signal.removeEventListener('abort', stop)
        taker = undefined
      }
      const stop = (): void => {
        settled()
        resolve('interrupted')
      }
      if (failure) return reject(failure.reason)
      if (ended) return resolve('ended')
      if (signal.aborted) return resolve('interrupted')
      signal.addEventListener('abort', stop, { once: true })
      taker = {
        resolve: (read) => {
          settled()
          resolve(read)
        },
        reject: (reason) => {
          settled()
          reject(reason)
        },
      }
    })
  return {
    put,
    fresh,
    waiting: () => queue.length > 0,
    fail(reason) {
      failure = { reason }
      taker?.reject(reason)
    },
    next: () =>
      new Promise((resolve, reject) => {
        const first = queue.shift()
        if (failure) reject(failure.reason)
        else if (first !== undefined) resolve(first)
        else if (ended) resolve('ended')
        else taker = { resolve, reject }
      }),
  }
}

/** As a shell does: what was begun is dropped. */
const clearLine = (readline: Interface): void => {
  readline.write(null, { ctrl: true, name: 'e' })
  readline.write(null, { ctrl: true, name: 'u' })
}
