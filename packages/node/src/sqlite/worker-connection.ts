import { Worker } from 'node:worker_threads'
import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { entryUrl } from '../worker/entry-url.ts'
import type { Operation, Request, Response, Value, WorkerOptions } from './protocol.ts'
import { toRtError } from './to-rt-error.ts'

/** A connection in its worker thread, as seen from the caller's. */
export interface WorkerConnection {
  /** The thread is gone; every request rejects. */
  readonly dead: boolean
  request(operation: Operation): Promise<Value>
  /** Keeps the process alive also between requests, until the returned function is called. */
  hold(): () => void
  /** Closes the connection after the requests before it, and ends the thread. */
  close(): Promise<void>
}

/** Starts the thread and opens the connection. The thread keeps the process alive only while a request is open. */
export const startConnection = async (options: WorkerOptions): Promise<WorkerConnection> => {
  const { url, execArgv } = entryUrl(import.meta.url, './sqlite-worker.ts', 'sqlite-worker.js')
  const worker = new Worker(url, { execArgv, workerData: options })
  const waiting = new Map<number, { resolve: (value: Value) => void; reject: (error: RtError) => void }>()
  let last = 0
  let open = 0
  let death: RtError | undefined

  const enter = (): void => {
    if (open++ === 0) worker.ref()
  }
  const leave = (): void => {
    if (--open === 0) worker.unref()
  }
  worker.unref()

  worker.on('message', (response: Response) => {
    const caller = waiting.get(response.id)
    waiting.delete(response.id)
    if ('failure' in response) caller?.reject(toRtError(response.failure, options.path))
    else caller?.resolve(response.value)
  })
  const die = (cause?: unknown): void => {
    death ??= new RtError({
      code: 'database_error',
      message: `the thread that holds ${basename(options.path)} is gone.`,
      hint: 'Open the database again.',
      cause,
    })
    for (const { reject } of waiting.values()) reject(death)
    waiting.clear()
  }
  worker.on('error', die)
  worker.on('exit', () => die())

  const request = async (operation: Operation): Promise<Value> => {
    if (death) throw death
    const id = ++last
    enter()
    try {
      return await new Promise<Value>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        try {
          worker.postMessage({ id, operation } satisfies Request)
        } catch (cause) {
          const message = 'a bound value is neither text, number, bigint, null nor bytes.'
          reject(new RtError({ code: 'invalid_request', message, cause }))
        }
      })
    } finally {
      waiting.delete(id)
      leave()
    }
  }

  const connection: WorkerConnection = {
    get dead() {
      return death !== undefined
    },
    request,
    hold() {
      enter()
      return leave
    },
    async close() {
      if (death) return
      try {
        await request({ type: 'close' })
      } finally {
        await worker.terminate()
      }
    },
  }
  try {
    await request({ type: 'open' })
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return connection
}
