import type { Server } from 'node:http'
import { RtError } from '@rt/core'

/**
 * Listens on the first free port from `port` on.
 *
 * @throws RtError `port_in_use` when all `attempts` are taken, `config_invalid` when the address cannot be used at all.
 */
export const bind = async (
  server: Server,
  { host, port, attempts }: { host: string; port: number; attempts: number },
): Promise<void> => {
  // Past 65,535 there is nothing to try.
  const last = port === 0 ? 0 : Math.min(port + attempts - 1, 65_535)
  for (let candidate = port; ; candidate++) {
    try {
      return await listen(server, candidate, host)
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw unusable(host, candidate, error)
      if (candidate >= last) throw inUse(port, last, error)
    }
  }
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening)
      reject(error)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve()
    }
    server.once('error', onError)
    server.once('listening', onListening)
    try {
      server.listen(port, host)
    } catch (error) {
      onError(error as Error)
      server.off('error', onError)
    }
  })

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

const inUse = (port: number, last: number, cause: unknown): RtError =>
  new RtError({
    code: 'port_in_use',
    message: port === last ? `port ${port} is taken.` : `the ports ${port} to ${last} are all taken.`,
    hint: 'Stop the program that holds it, or choose another port.',
    cause,
    data: { port },
  })

const unusable = (host: string, port: number, cause: unknown): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `cannot listen on ${host}:${port} (${codeOf(cause)}).`,
    hint: 'Choose a host of this machine, and a port from 1024 to 65535.',
    cause,
    data: { host, port },
  })
