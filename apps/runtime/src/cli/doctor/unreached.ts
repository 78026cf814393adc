import { connect, type NetConnectOpts } from 'node:net'

/** Why nothing answers there; undefined when something does. Connecting changes nothing. */
export const unreached = (at: NetConnectOpts, signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect(at)
    const late = (): void => done('in time')
    const done = (why?: string): void => {
      signal.removeEventListener('abort', late)
      socket.destroy()
      resolve(why)
    }
    socket
      .once('connect', () => done())
      .once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    signal.addEventListener('abort', late, { once: true })
    if (signal.aborted) late()
  })
