import { emptyUsage, type JsonValue, type KeyValue, type StreamPart, type Usage } from '@rt/core'

export interface ResponseCacheOptions {
  /** Where answers are kept, e.g. `createMemoryKeyValue()`. */
  store: KeyValue
  /** How long. Default one hour. */
  ttlMs?: number
  /** Also answers of requests that may turn out differently each time. Default false: temperature 0 only. */
  sampled?: boolean
}

/** Whole answers by request. `createResponseCache` makes one. */
export interface ResponseCache {
  readonly sampled: boolean
  get(key: string, signal?: AbortSignal): Promise<StoredAnswer | undefined>
  set(key: string, answer: StoredAnswer): Promise<void>
}

export interface StoredAnswer {
  /** Without usage and the terminal part. */
  parts: StreamPart[]
  finishReason: 'stop' | 'tool-calls'
  /** What it took when it was written. */
  usage: Usage
}

const HOUR_MS = 3_600_000

/** An exact cache: the same request of the same principal gets the same answer. Not semantic: near is not the same. */
export const createResponseCache = ({
  store,
  ttlMs = HOUR_MS,
  sampled = false,
}: ResponseCacheOptions): ResponseCache => ({
  sampled,
  async get(key, signal) {
    const value = await store.get(key, { signal })
    return isStored(value) ? (value as unknown as StoredAnswer) : undefined
  },
  set: (key, answer) => store.set(key, answer as unknown as JsonValue, ttlMs),
})

/** The store may hold what others put there: what is not ours is no answer. */
const isStored = (value: JsonValue | undefined): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Array.isArray(value['parts']) &&
  typeof value['finishReason'] === 'string'

/** The parts of a hit: nothing was spent, so nothing is billed again. */
export function* replay({ parts, finishReason }: StoredAnswer): Generator<StreamPart> {
  yield* parts
  yield { type: 'usage', usage: emptyUsage() }
  yield { type: 'finish', finishReason, usage: emptyUsage() }
}
