import { abortError, RtError, toRtError } from '@rt/core'
import { serveChild } from '@rt/node/process'
import { type HostRequest, type HostResponse, MEMORY_METHOD } from './protocol.ts'

export interface HostCallContext {
  /** Fires when the caller gives up, or stops reading a stream. */
  signal: AbortSignal
}

/** Methods a host offers: one that returns an AsyncIterable is for `stream`, every other is for `call`. */
export interface HostMethods {
  [name: string]: (params: never, context: HostCallContext) => unknown
}

export interface ServeHostOptions {
  methods: HostMethods
  /** Called when the parent asks for an end, after what is running was told to stop. Default: nothing more is done. */
  onStop?: () => Promise<unknown>
}

/** The child's side of {@link createHost}: answers calls and streams until the parent goes away. */
export const serveHost = ({ methods: own, onStop }: ServeHostOptions): void => {
  const methods: HostMethods = { [MEMORY_METHOD]: () => process.memoryUsage.rss(), ...own }
  const running = new Map<number, AbortController>()
  const child = serveChild({
    onMessage: (message) => {
      const request = message as HostRequest
      if (request.type === 'cancel') running.get(request.id)?.abort(abortError())
      else void answer(request)
    },
    onStop: async () => {
      for (const controller of running.values()) controller.abort(abortError())
      await onStop?.()
    },
  })
  const send = (response: HostResponse): void => child.send(response)

  const answer = async ({ type, id, method, params }: Exclude<HostRequest, { type: 'cancel' }>): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const work = methods[method]
      if (!work) throw new RtError({ code: 'internal', message: `the engine host has no method "${method}".` })
      const result = work(params as never, { signal: controller.signal })
      if (type === 'call') send({ type: 'result', id, value: await result })
      else {
        await sendEvents(id, result as AsyncIterable<unknown>, send)
        send({ type: 'end', id })
      }
    } catch (error) {
      send({ type: 'error', id, error: toRtError(error).toJSON() })
    } finally {
      running.delete(id)
    }
  }
  child.ready()
}

/** Events that are ready in one turn of the event loop travel in one message: eight cost hardly more than one. */
const sendEvents = async (
  id: number,
  source: AsyncIterable<unknown>,
  send: (response: HostResponse) => void,
): Promise<void> => {
  let waiting: unknown[] = []
  let scheduled: NodeJS.Immediate | undefined
  const flush = (): void => {
    clearImmediate(scheduled)
    scheduled = undefined
    if (waiting.length) send({ type: 'events', id, events: waiting })
    waiting = []
  }
  try {
    for await (const event of source) {
      waiting.push(event)
      scheduled ??= setImmediate(flush)
    }
  } finally {
    flush()
  }
}
