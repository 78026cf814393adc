import { Worker } from 'node:worker_threads'
import { abortError, RtError, throwIfAborted } from '@rt/core'
import { entryUrl } from '../worker/entry-url.ts'
import type { Failure } from './protocol.ts'
import type { Task, TaskControl, TaskMessage, TaskValue } from './task-protocol.ts'
import { toRtError } from './to-rt-error.ts'

export interface TaskOptions {
  signal?: AbortSignal | undefined
  /** Bytes done, of all. */
  onProgress?: ((done: number, total: number) => void) | undefined
  /** Default: the failure as an error about the task's own file. */
  toError?: (failure: Failure) => RtError
}

export interface FinishedTask<T> extends AsyncDisposable {
  value: T
}

/** Runs one task in a thread of its own. What `settle` locked stays locked until the result is disposed. */
export const runTask = async <T extends Task>(
  task: T,
  { signal, onProgress, toError = (failure) => toRtError(failure, task.path) }: TaskOptions = {},
): Promise<FinishedTask<TaskValue<T>>> => {
  throwIfAborted(signal)
  const { url, execArgv } = entryUrl(import.meta.url, './task-worker.ts', 'sqlite-task.js')
  const worker = new Worker(url, { execArgv, workerData: task })
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  // Not terminated: SQLite closes its files itself, and a copy stops after the pages it is at.
  const end = (): Promise<void> => {
    worker.postMessage('end' satisfies TaskControl)
    return gone
  }
  const result = Promise.withResolvers<TaskValue<T>>()
  worker.on('message', (message: TaskMessage) => {
    if (message.type === 'value') return result.resolve(message.value as TaskValue<T>)
    if (message.type === 'failure')
      return result.reject(signal?.aborted ? abortError(signal) : toError(message.failure))
    try {
      onProgress?.(message.done, message.total)
    } catch (error) {
      result.reject(error)
    }
  })
  const die = (cause?: unknown): void =>
    result.reject(new RtError({ code: 'database_error', message: 'the thread of a database task is gone.', cause }))
  worker.on('error', die)
  worker.on('exit', () => die())
  // An inspection cannot be stopped, but nobody has to wait for it.
  const stop = (): void => (task.type === 'inspect' ? result.reject(abortError(signal)) : void end())
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const value = await result.promise
    throwIfAborted(signal)
    return { value, [Symbol.asyncDispose]: end }
  } catch (error) {
    const ended = end()
    if (task.type !== 'inspect') await ended
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
