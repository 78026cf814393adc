import { type CallOptions, RtError, withTimeout } from '@rt/core'
import { withoutLogins } from '../config/shown.ts'
import { aliveWhileAsked } from './alive-while-asked.ts'

export interface ConnectedRedis {
  /** A client of the package `redis`. It connects anew by itself, for as long as it is open. */
  client: object
  /** Waits for what is under way, but not long. Idempotent. */
  close(): Promise<void>
}

export interface ConnectRedisOptions extends Pick<CallOptions, 'signal'> {
  /** How long Redis may take to answer, and later how long it may be silent before the connection counts as lost. Default 3000. */
  timeoutMs?: number
  /** Default: the package `redis`, found from here. */
  load?: () => Promise<typeof import('redis')>
}

const ADDRESS = /^(?:rediss?|unix):\/\/\S+$/
const CLOSING_MS = 1000

/**
 * @param url `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, or `unix://[user:password@]/path`.
 * @throws RtError `config_invalid` for a wrong address or login; `unsupported` without the package; `network` or
 * `timeout` when no Redis answers. None repeats a password.
 */
export const connectRedis = async (
  url: string,
  { signal, timeoutMs = 3000, load = () => import('redis') }: ConnectRedisOptions = {},
): Promise<ConnectedRedis> => {
  const shown = withoutLogins(url)
  if (!ADDRESS.test(url)) throw wrongAddress(shown)
  const { createClient } = await load().catch((cause: unknown) => {
    throw noPackage(cause)
  })
  let connected = false
  let closed = false
  const client = make(() =>
    createClient({
      url,
      // The oldest protocol: every Redis and every proxy before one speaks it.
      RESP: 2,
      maintNotifications: 'disabled',
      // A command that cannot be sent fails at once; who sent it knows what to do then.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        // At the start somebody waits to read what is wrong.
        reconnectStrategy: (retries) => connected && Math.min(50 * 2 ** retries, 2000) * (0.5 + Math.random()),
      },
    }),
  )
  // Whoever sends commands sees that they fail; without a listener this would end the process.
  client.on('error', () => {})
  try {
    await withTimeout(
      async () => {
        await client.connect()
        // Connecting asks for nothing where no password is given: only this shows that one is needed.
        await client.ping()
      },
      { ms: timeoutMs, error: () => silent(shown, timeoutMs), signal },
    )
  } catch (error) {
    client.destroy()
    throw describe(error, shown)
  }
  connected = true
  client.unref()
  let pinging: NodeJS.Timeout
  // Not the client's own `pingInterval`, whose timer keeps the program alive. Each waits for the last: what is written counts
  // as life of the connection, and a Redis that hangs would never be noticed.
  const ping = (): void => {
    if (closed) return
    pinging = setTimeout(() => void client.ping().then(ping, ping), Math.ceil(timeoutMs / 3)).unref()
  }
  ping()
  return {
    client: aliveWhileAsked(client),
    async close() {
      closed = true
      clearTimeout(pinging)
      const closing = client.isReady ? () => client.close() : async () => {}
      await withTimeout(closing, { ms: CLOSING_MS, error: () => silent(shown, CLOSING_MS) }).catch(() => {})
      client.destroy()
    },
  }

  function make<T>(create: () => T): T {
    try {
      return create()
    } catch {
      // Its message repeats the address as it was given.
      throw wrongAddress(shown)
    }
  }
}

const wrongAddress = (shown: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `"${shown}" is no address of a Redis.`,
    hint: 'Write redis://127.0.0.1:6379, rediss://host:6379 for TLS, or unix:///path/of/its/socket. A database is named by its number: redis://host:6379/1.',
  })

const noPackage = (cause: unknown): RtError => {
  const { code, message } = cause as NodeJS.ErrnoException
  const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  return new RtError({
    code: 'unsupported',
    message: missing
      ? 'limits in Redis need the package redis, which is not installed.'
      : `the package redis could not be loaded: ${message}`,
    hint: 'Install it beside rt: npm install redis (npm install --global redis where rt is installed so). Or count in this process: store = "memory".',
    cause,
  })
}

const HINT = 'Start it, or correct [limits] url. To count in this process alone: store = "memory".'

const silent = (shown: string, ms: number): RtError =>
  new RtError({ code: 'timeout', message: `${shown} did not answer as Redis within ${ms} ms.`, hint: HINT })

const describe = (error: unknown, shown: string): RtError => {
  if (RtError.isInstance(error)) return error
  const { message, code } = error as NodeJS.ErrnoException
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR .*(AUTH|password))/.test(message))
    return new RtError({
      // Not of who asks: of this runtime's settings.
      code: 'config_invalid',
      message: `Redis at ${shown} refuses: ${message}`,
      hint: 'Put its user and password into the address, and the address into a variable: url = "env:REDIS_URL", redis://user:password@host:6379.',
      cause: error,
    })
  return new RtError({
    code: 'network',
    message: `no Redis answers at ${shown}: ${message || code || 'the connection was closed'}.`,
    hint: HINT,
    cause: error,
  })
}
