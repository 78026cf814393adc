import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppEnv } from '../index.ts'
import type { ServableApp } from './serve.ts'

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

export interface LazyListener {
  handle: Listener
  /** Loads what a request needs, so that the first one need not wait for it. */
  load(): Promise<void>
}

/**
 * The bridge from Node's requests to the app's, loaded after the port is bound: it brings in Node's fetch classes, a
 * third of the time to listening. A request that comes before waits for it.
 */
export const createLazyListener = (app: ServableApp, envOf: (incoming: IncomingMessage) => AppEnv): LazyListener => {
  let listener: Listener | undefined
  const load = async (): Promise<Listener> => {
    const { createListener } = await import('./create-listener.ts')
    return (listener ??= createListener(app, envOf))
  }
  return {
    handle: (incoming, outgoing) => {
      if (listener) listener(incoming, outgoing)
      else void load().then((loaded) => loaded(incoming, outgoing))
    },
    load: async () => void (await load()),
  }
}
