import { abortable, abortError, deserializeError, RtError } from '@rt/core'
import { superviseChild } from '@rt/node/process'
import { crashed } from './crashed.ts'
import type { HostRequest, HostResponse } from './protocol.ts'
import type { WatchedModels } from './watch-models.ts'

export interface HostOptions {
  /** As errors name it, e.g. `gguf engine`. */
  name: string
  /** From `entryUrl` of @rt/node/worker. The entry calls `serveHost`. */
  entry: { url: URL; execArgv: string[] }
  /** Added to the parent's environment. Default: nothing. */
  env?: Record<string, string | undefined>
  /** `json` is cheaper for small objects; `advanced` carries typed arrays. Default `json`. */
  serialization?: 'json' | 'advanced'
  /** Between two heartbeats, ms. Default: that of `superviseChild`. */
  heartbeatMs?: number
  /** A child whose event loop is silent for so long is killed, ms. Default: that of `superviseChild`. */
  hangMs?: number | (() => number)
  /** From the polite stop to SIGKILL, when disposed, ms. Default: that of `superviseChild`. */
  graceMs?: number
  /** Refuses models that crash the child again and again. Default: none is refused. */
  models?: WatchedModels
}

export interface HostStreamOptions {
  signal?: AbortSignal | undefined
  /**
   * What an abort does. `throw` (default): the iterator throws at once. `drain`: the child is told, and what it still
   * has to say is delivered, so that it can end the stream in its own words.
   */
  onAbort?: 'throw' | 'drain'
}

/** A supervised child process that answers calls. It starts at the first use and again after a crash. */
export interface Host extends AsyncDisposable {
  readonly name: string
  /** Undefined while no child runs. */
  readonly pid: number | undefined
  /** Starts the child if none runs. */
  start(): Promise<void>
  /** @throws RtError what the method threw, `engine_crashed` when the child dies meanwhile, `model_unavailable` for a model that crashed it too often, or `aborted`, also while it starts. */
  call<T = unknown>(method: string, params?: unknown, options?: { signal?: AbortSignal | undefined }): Promise<T>
  /** Events in order, buffered; leaving the loop early cancels the method. Throws as `call` does. */
  stream<T = unknown>(method: string, params?: unknown, options?: HostStreamOptions): AsyncIterable<T>
}

/** What an open call or stream does with the answers to its id. */
interface Pending {
  response(message: HostResponse): void
  fail(error: RtError): void
}

/** An engine host: RPC over a child process that may crash without taking its parent along. */
export const createHost = ({ name, models, ...options }: HostOptions): Host => {
  const child = superviseChild({ name, ...options })
  const pending = new Map<number, Pending>()
  let lastId = 0
  let disposed = false

  const failAll = (error: RtError): void => {
    const open = [...pending.values()]
    pending.clear()
    child.unref()
    for (const { fail } of open) fail(error)
  }
  child.onMessage((message) => {
    const response = message as HostResponse
    models?.response(response)
    pending.get(response.id)?.response(response)
  })
  child.onExit((exit) => {
    models?.ended(exit.expected)
    failAll(exit.expected ? stopped(name) : crashed(name, exit))
  })

  const start = async (): Promise<void> => {
    if (disposed) throw stopped(name)
    await child.start()
  }
  /** The child holds the program open only while somebody waits for it. */
  const open = (entry: Pending): number => {
    const id = ++lastId
    if (pending.size === 0) child.ref()
    pending.set(id, entry)
    return id
  }
  const close = (id: number): void => {
    if (pending.delete(id) && pending.size === 0) child.unref()
  }
  const send = (request: Exclude<HostRequest, { type: 'cancel' }>): void => {
    child.send(request)
    models?.sent(request.id, request.method, request.params)
  }
  const cancel = (id: number): void => {
    if (!pending.has(id) || child.pid === undefined) return
    const request: HostRequest = { type: 'cancel', id }
    child.send(request)
    models?.cancelled(id)
  }

  return {
    name,
    get pid() {
      return child.pid
    },
    start,
    async call<T>(method: string, params?: unknown, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<T> {
      if (signal?.aborted) throw abortError(signal)
      models?.check(method, params)
      await abortable(start(), signal)
      return new Promise<T>((resolve, reject) => {
        if (signal?.aborted) return reject(abortError(signal))
        const settle = (done: () => void): void => {
          signal?.removeEventListener('abort', stop)
          close(id)
          done()
        }
        const stop = (): void => {
          cancel(id)
          settle(() => reject(abortError(signal)))
        }
        const id = open({
          fail: (error) => settle(() => reject(error)),
          response(message) {
            if (message.type === 'result') settle(() => resolve(message.value as T))
            else if (message.type === 'error') settle(() => reject(deserializeError(message.error)))
          },
        })
        signal?.addEventListener('abort', stop, { once: true })
        try {
          send({ type: 'call', id, method, params })
        } catch (error) {
          settle(() => reject(error))
        }
      })
    },
    async *stream<T>(
      method: string,
      params?: unknown,
      { signal, onAbort = 'throw' }: HostStreamOptions = {},
    ): AsyncGenerator<T, void> {
      if (signal?.aborted) throw abortError(signal)
      models?.check(method, params)
      await abortable(start(), signal)
      const queue = createQueue<T>()
      const id = open(queue)
      const stop = (): void => {
        cancel(id)
        if (onAbort === 'throw') queue.fail(abortError(signal))
      }
      signal?.addEventListener('abort', stop, { once: true })
      try {
        send({ type: 'stream', id, method, params })
        if (signal?.aborted) stop()
        yield* queue.read()
      } finally {
        signal?.removeEventListener('abort', stop)
        if (!queue.ended) cancel(id)
        close(id)
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      failAll(stopped(name))
      await child[Symbol.asyncDispose]()
    },
  }
}

const createQueue = <T>(): Pending & { readonly ended: boolean; read(): AsyncGenerator<T, void> } => {
  let events: T[] = []
  let failure: RtError | undefined
  let ended = false
  let wake = (): void => {}
  return {
    get ended() {
      return ended
    },
    response(message) {
      if (message.type === 'events') events.push(...(message.events as T[]))
      else {
        ended = true
        if (message.type === 'error') failure ??= deserializeError(message.error)
      }
      wake()
    },
    fail(error) {
      failure ??= error
      wake()
    },
    async *read() {
      while (true) {
        const ready = events
        events = []
        yield* ready
        if (events.length) continue
        if (failure) throw failure
        if (ended) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

const stopped = (name: string): RtError =>
  new RtError({
    code: 'shutting_down',
    message: `the ${name} was closed.`,
    hint: 'Create the engine anew to use it again.',
    retryable: false,
  })
