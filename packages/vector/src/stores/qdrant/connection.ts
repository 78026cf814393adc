import { RtError, systemClock, throwIfAborted, withTimeout } from '@rt/core'
import type { QdrantClient } from '@qdrant/js-client-rest'
import type { CheckedOptions } from './options.ts'
import { createFault } from './fault.ts'

/** The typed calls of Qdrant's REST interface. */
export type Api = ReturnType<QdrantClient['api']>

/** Filters by the beginning of a text, and vectors that come later than their collection. */
const OLDEST = [1, 19] as const
/** Milliseconds before the first repetition; then twice as many each time. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

export interface Connection {
  /** For messages. */
  readonly address: string
  /**
   * One request, within its time limit, repeated when the server is overloaded or away: every request of this store does
   * the same when it is done twice.
   *
   * @param work calls the API with the `init` it is given.
   */
  call<T>(
    work: (api: Api, init: RequestInit) => Promise<{ data: { result?: T } }>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<T>
}

/**
 * Loads the client and asks the server who it is.
 *
 * @throws RtError `unsupported` when the package is missing or the server too old, `network`, `unauthorized`.
 */
export const connect = async (options: CheckedOptions): Promise<Connection> => {
  const api = await loadApi(options)
  const address = options.origin + options.prefix
  const toFault = createFault(address, options.apiKey)
  const once = <T>(work: (api: Api, init: RequestInit) => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    withTimeout((limit) => work(api, { signal: limit }), {
      ms: options.timeoutMs,
      error: () =>
        new RtError({
          code: 'timeout',
          message: `Qdrant at ${address} did not answer within ${options.timeoutMs} ms.`,
          hint: 'Give a larger `timeoutMs`, or look at its load.',
        }),
      signal,
    })
  const send = async <T>(
    work: (api: Api, init: RequestInit) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      throwIfAborted(signal)
      try {
        return await once(work, signal)
      } catch (error) {
        const { fault, pauseMs } = toFault(error)
        if (signal?.aborted || !fault.retryable || fault.code === 'timeout' || attempt >= options.retries) throw fault
        await systemClock.sleep(Math.min(LONGEST_PAUSE_MS, Math.max(pauseMs, pauseOf(attempt))), signal)
      }
    }
  }
  await checkVersion(address, await send((root, init) => root.root({}, init), undefined))
  return {
    address,
    async call(work, { signal } = {}) {
      const { data } = await send(work, signal)
      if (data.result === undefined || data.result === null) throw noAnswer(address)
      return data.result
    },
  }
}

const loadApi = async ({ origin, port, prefix, apiKey }: CheckedOptions): Promise<Api> => {
  const { QdrantClient } = await import('@qdrant/js-client-rest').catch((cause: unknown) => {
    throw new RtError({
      code: 'unsupported',
      message: 'the Qdrant store needs the package @qdrant/js-client-rest, which is not installed.',
      hint: 'Run: npm install @qdrant/js-client-rest',
      cause,
    })
  })
  const client = new QdrantClient({
    url: origin,
    port,
    prefix,
    // Not as `apiKey`: it would write to the console when the address has no TLS.
    headers: apiKey === undefined ? {} : { 'api-key': apiKey },
    // Ours, which also end with the caller's signal. A number would replace that signal.
    timeout: Infinity,
    checkCompatibility: false,
  })
  return client.api()
}

const checkVersion = async (address: string, { data }: { data: { version?: string } }): Promise<void> => {
  const version = String((data as { version?: unknown } | undefined)?.version)
  const [major, minor] = version.split('.').map(Number)
  if (!Number.isInteger(major) || !Number.isInteger(minor))
    throw new RtError({
      code: 'unsupported',
      message: `what answers at ${address} is no Qdrant: it names no version.`,
      hint: 'Give the address of its REST interface; its usual port is 6333.',
    })
  if (major! > OLDEST[0] || (major === OLDEST[0] && minor! >= OLDEST[1])) return
  throw new RtError({
    code: 'unsupported',
    message: `Qdrant at ${address} is ${version}; this store needs ${OLDEST.join('.')} or later.`,
    hint: 'Upgrade the server, one minor version after the other.',
    data: { version },
  })
}

/** With some chance in it, so that many callers do not come back together. */
const pauseOf = (attempt: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2)

const noAnswer = (address: string): RtError =>
  new RtError({
    code: 'provider_error',
    message: `Qdrant at ${address} answered without a result.`,
    hint: 'Something between here and the server may have changed its answer.',
  })
