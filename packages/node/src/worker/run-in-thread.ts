import { Worker } from 'node:worker_threads'
import { abortError, deserializeError, RtError, throwIfAborted } from '@rt/core'
import { entryUrl } from './entry-url.ts'
import type { ThreadJob, ThreadMessage } from './thread-protocol.ts'

export interface ThreadOptions {
  /** Its default export is the function that is run. */
  module: URL
  /** What the function is called with; copied. */
  args: readonly unknown[]
  signal?: AbortSignal | undefined
  /** Ceiling of the thread's heap. Default 256. */
  memoryMb?: number
}

/**
 * Runs one function in a thread of its own, which shares nothing with this one and is ended, also in the middle of a loop,
 * when the work is done, the signal fires, or the reader leaves.
 *
 * Yields what an iterable of the function yields, one by one; returns its value.
 *
 * @throws what the function throws (an RtError as one); RtError `aborted`, `invalid_request` for arguments that cannot be
 *   copied, and `overloaded` when it takes more memory or ends its thread.
 */
export async function* runInThread({
  module,
  args,
  signal,
  memoryMb = 256,
}: ThreadOptions): AsyncGenerator<unknown, unknown> {
  throwIfAborted(signal)
  const worker = startThread({ module: module.href, args }, memoryMb)
  const messages: ThreadMessage[] = []
  let failure: { error: unknown } | undefined
  let wake = (): void => {}
  const fail = (error: unknown): void => {
    failure ??= { error }
    wake()
  }
  worker.on('message', (message: ThreadMessage) => {
    messages.push(message)
    wake()
  })
  worker.on('messageerror', fail)
  worker.on('error', (error) => fail(isOutOfMemory(error) ? gone(`took more than ${memoryMb} MB`) : error))
  worker.on('exit', (code) => fail(gone(`ended with code ${code} before its work was done`)))
  const stop = (): void => fail(abortError(signal))
  signal?.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      // What was said counts before that its thread has ended since.
      const message = signal?.aborted ? undefined : messages.shift()
      if (message?.type === 'value') return message.value
      if (message?.type === 'failure') throw message.rt ? deserializeError(message.rt) : message.error
      if (message) {
        yield message.value
        worker.postMessage('seen')
      } else if (failure) throw failure.error
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

const startThread = (workerData: ThreadJob, memoryMb: number): Worker => {
  const { url, execArgv } = entryUrl(import.meta.url, './thread-entry.ts', 'thread-entry.js')
  try {
    return new Worker(url, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // Else it has the options of this process, such as loaders.
      ...(execArgv.length > 0 && { execArgv }),
    })
  } catch (cause) {
    throw new RtError({
      code: 'invalid_request',
      message: `the thread cannot be given its arguments: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Give it plain data: no functions, no instances of classes.',
      cause,
    })
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'

const gone = (what: string): RtError =>
  new RtError({ code: 'overloaded', message: `the thread ${what}.`, retryable: false })
