import { Worker } from 'node:worker_threads'
import { abortable, systemClock, throwIfAborted, type Clock } from '@rt/core'
import { entryUrl } from '@rt/node/worker'
import type { ParseRequest, ParseResponse } from './protocol.ts'

/** Parses hostile documents where they can do no harm: one worker, replaced when a document had to be stopped. */
export interface DocumentParser extends AsyncDisposable {
  parse(request: ParseRequest, signal?: AbortSignal): Promise<ParseResponse>
}

const WATCH_MS = 100

/** A worker and what became of the document it has. */
interface Reader {
  worker: Worker
  /** Settles the request that is open. */
  answer: (response: ParseResponse) => void
  dead: boolean
}

/** The worker starts with the first document and keeps the program alive only while it has one. */
export const createDocumentParser = (clock: Clock = systemClock): DocumentParser => {
  let reader: Reader | undefined
  let last: Promise<unknown> = Promise.resolve()

  const run = async (request: ParseRequest, signal: AbortSignal | undefined): Promise<ParseResponse> => {
    throwIfAborted(signal)
    if (!reader || reader.dead) reader = start(request)
    const used = reader
    const settled = new AbortController()
    const { timeMs, processBytes } = request.limits
    let stopped = false
    used.worker.ref()
    try {
      return await abortable(
        new Promise<ParseResponse>((resolve) => {
          used.answer = resolve
          const giveUp = (reason: string): void => {
            stopped = true
            resolve({ reason })
          }
          clock.sleep(timeMs, settled.signal).then(
            () => giveUp(`took longer than ${timeMs / 1000} s to read and was stopped`),
            () => {},
          )
          watchMemory(processBytes, settled.signal, giveUp)
          used.worker.postMessage(request)
        }),
        signal,
      )
    } catch (error) {
      stopped = true
      throw error
    } finally {
      settled.abort()
      used.worker.unref()
      // What was given up is still at work.
      if (stopped) {
        used.dead = true
        await used.worker.terminate()
      }
    }
  }

  return {
    parse(request, signal) {
      const next = last.then(() => run(request, signal))
      last = next.catch(() => {})
      return next
    },
    async [Symbol.asyncDispose]() {
      await last
      await reader?.worker.terminate()
      reader = undefined
    },
  }
}

/** Nothing of ours is given to it: no environment, no terminal. */
const start = ({ limits: { heapMegabytes } }: ParseRequest): Reader => {
  const { url, execArgv } = entryUrl(import.meta.url, './document-worker.ts', 'document-worker.js')
  const worker = new Worker(url, {
    execArgv,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32 },
  })
  worker.unref()
  worker.stdout.resume()
  worker.stderr.resume()
  const reader: Reader = { worker, answer: () => {}, dead: false }
  const die = (reason: string): void => {
    reader.dead = true
    reader.answer({ reason })
  }
  worker.on('message', (response: ParseResponse) => reader.answer(response))
  worker.on('error', (error: unknown) =>
    die(
      (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? `needs more than ${heapMegabytes} MB of memory to be read`
        : STOPPED,
    ),
  )
  worker.on('exit', () => die(STOPPED))
  return reader
}

const STOPPED = 'damaged: the program that reads it stopped'

/** Buffers are outside `resourceLimits`: only the process shows what a document that unpacks without end takes. */
const watchMemory = (most: number, signal: AbortSignal, giveUp: (reason: string) => void): void => {
  const before = process.memoryUsage.rss()
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() - before > most)
      giveUp(`needs more than ${Math.round(most / 1_000_000)} MB of memory to be read`)
  }, WATCH_MS)
  timer.unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
