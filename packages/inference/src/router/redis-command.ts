import { type Clock, RtError, throwIfAborted, withTimeout } from '@rt/core'

/** One command, in the words of Redis. */
export type RedisCommand = (words: string[], signal?: AbortSignal) => Promise<unknown>

/** What is used of a client: `sendCommand` of `redis`, `call` of `ioredis`. */
interface Client {
  isReady?: boolean
  status?: string
  sendCommand?(words: string[], options: { abortSignal: AbortSignal }): Promise<unknown>
  call?(...words: string[]): Promise<unknown>
}

/** States that pass by themselves or with more memory; all other refusals are a setup that is wrong. */
const PASSING = /^(LOADING|BUSY|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS) /
/** What the server answered begins so; what the client says itself does not. */
const REPLY = /^[A-Z]{2,} /

/**
 * Sends commands through a connected client of `redis` or `ioredis`, and is done within `timeoutMs`: both would keep a
 * command until the server is back, for as long as that takes.
 *
 * @throws RtError `config_invalid` for what is no such client; the commands `network`, `timeout` and `overloaded`, all
 * retryable, and `config_invalid` where the server refuses.
 */
export const createRedisCommand = (redis: object, { ms, clock }: { ms: number; clock: Clock }): RedisCommand => {
  const client = redis as Client
  if (typeof (client.call ?? client.sendCommand) !== 'function') throw noClient()
  // Only ioredis has `status`; its `sendCommand` takes something else.
  const isReady = (): boolean => (client.status === undefined ? client.isReady !== false : client.status === 'ready')
  const send = (words: string[], abortSignal: AbortSignal): Promise<unknown> =>
    client.call ? client.call(...words) : client.sendCommand!(words, { abortSignal })

  return (words, signal) =>
    withTimeout(
      async (either) => {
        throwIfAborted(either)
        if (!isReady()) throw away()
        return send(words, either).catch((error: unknown) => {
          throw describe(error)
        })
      },
      { ms, error: () => silent(ms), signal, clock },
    )
}

const HINT =
  'Calls that need it are refused until it answers again: look whether the server runs and can be reached from here.'
const DATA = { store: 'redis' }

const away = (cause?: unknown): RtError =>
  new RtError({ code: 'network', message: 'the store in Redis cannot be reached.', hint: HINT, cause, data: DATA })

const silent = (ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `the store in Redis did not answer within ${ms} ms.`,
    hint: HINT,
    data: { ...DATA, ms },
  })

const describe = (cause: unknown): RtError => {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (!REPLY.test(text)) return away(cause)
  const passing = PASSING.test(text)
  return new RtError({
    code: passing ? 'overloaded' : 'config_invalid',
    message: `the store in Redis refused a command: ${text.split('\n')[0]}`,
    hint: passing
      ? HINT
      : 'rt sends GET, SET, DEL and EVAL (with INCRBYFLOAT): allow them to its user, and leave its keys to it.',
    cause,
    data: DATA,
  })
}

const noClient = (): RtError =>
  new RtError({
    code: 'config_invalid',
    message: 'redis is no client that rt knows: it has neither sendCommand nor call.',
    hint: 'Give the connected client of the package redis (createClient) or of ioredis (new Redis).',
  })
