import { Worker } from 'node:worker_threads'
import { basename } from 'node:path'
import { abortable, deserializeError, disposeAll, type IndexInfo, RtError, throwIfAborted } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { entryUrl } from '@rt/node/worker'
import { createGraphThreads, type GraphThreads } from './graph-threads.ts'
import type {
  CollectionIdentity,
  FromSearchThread,
  SearchRequest,
  SearchThreadData,
  ToSearchThread,
} from './protocol.ts'
import type { SearchTuning } from './tuning.ts'

/** The thread that searches a store, as seen from the program's own. */
export interface SearchThread extends AsyncDisposable {
  /** Starts the thread ahead of the first request. */
  start(): void
  /** @throws what the search throws; `aborted` as soon as the signal fires. */
  request<T>(request: SearchRequest, signal: AbortSignal | undefined): Promise<T>
  /** What searches a collection; undefined as long as it was not searched. */
  describe(collection: CollectionIdentity): Promise<IndexInfo | undefined>
  /** Gives the memory of a collection back. */
  forget(collection: number): void
  /** Where saved graphs lie. */
  readonly folder: string
}

/** Started by the first request at the latest; one that died is started anew by the next. Keeps the process alive only while asked. */
export const createSearchThread = (
  { path, readOnly }: Pick<Database, 'path' | 'readOnly'>,
  tuning: SearchTuning,
): SearchThread => {
  const data: SearchThreadData = {
    path,
    folder: `${path}-index`,
    mayBuild: !readOnly,
    busy: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    tuning,
  }
  const graphs = createGraphThreads(data)
  let running: RunningThread | undefined
  let closed = false
  const started = (): RunningThread => (running && !running.isDead() ? running : (running = startThread(data, graphs)))
  return {
    start: () => void started(),
    async request<T>(request: SearchRequest, signal: AbortSignal | undefined) {
      throwIfAborted(signal)
      if (closed) throw gone(data.path, 'was closed with its store')
      return started().request<T>(request, signal)
    },
    folder: data.folder,
    forget: (collection) => running?.send({ forget: collection }),
    async describe(collection) {
      if (!running || running.isDead()) return undefined
      return running.request<IndexInfo | undefined>({ type: 'describe', collection }, undefined)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await disposeAll([graphs, running && { [Symbol.asyncDispose]: running.close }])
    },
  }
}

interface RunningThread {
  send(message: ToSearchThread): void
  isDead(): boolean
  request<T>(request: SearchRequest, signal: AbortSignal | undefined): Promise<T>
  close(): Promise<void>
}

const startThread = (data: SearchThreadData, graphs: GraphThreads): RunningThread => {
  const { url, execArgv } = entryUrl(import.meta.url, './search-worker.ts', 'vector-search.js')
  const worker = new Worker(url, { execArgv, workerData: data })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>()
  const ended = Promise.withResolvers<void>()
  let last = 0
  let dead = false
  worker.unref()
  // It holds the process again when it has started.
  worker.once('online', () => void (waiting.size === 0 && worker.unref()))

  const settle = (id: number): ReturnType<(typeof waiting)['get']> => {
    const caller = waiting.get(id)
    if (waiting.delete(id) && waiting.size === 0) worker.unref()
    return caller
  }
  const die = (cause?: unknown): void => {
    dead = true
    const error = gone(data.path, 'is gone', cause)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', (message: FromSearchThread) => {
    if ('task' in message) return graphs.run(message.task, message.port)
    const caller = settle(message.id)
    if ('failure' in message) caller?.reject(deserializeError(message.failure))
    else caller?.resolve(message.value)
  })
  worker.on('error', die)
  worker.on('exit', () => {
    die()
    ended.resolve()
  })
  const send = (message: ToSearchThread): void => worker.postMessage(message)

  return {
    send,
    isDead: () => dead,
    async request<T>(request: SearchRequest, signal: AbortSignal | undefined) {
      const id = ++last
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      worker.ref()
      send({ id, request })
      try {
        return (await abortable(answer, signal)) as T
      } finally {
        if (settle(id)) send({ cancel: id })
      }
    },
    async close() {
      if (dead) return
      worker.ref()
      send({ close: true })
      await ended.promise
    },
  }
}

const gone = (path: string, what: string, cause?: unknown): RtError =>
  new RtError({
    code: 'database_error',
    message: `the thread that searches ${basename(path)} ${what}.`,
    hint: 'Search again: it is started anew.',
    retryable: true,
    cause,
  })
