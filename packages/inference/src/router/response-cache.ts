import type { KeyValue } from '@rt/core'
import { readStored, type StoredAnswer, storeAnswer } from './stored-answer.ts'

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

const HOUR_MS = 3_600_000

/** An exact cache: the same request of the same principal gets the same answer. For near ones: `createSemanticCache`. */
export const createResponseCache = ({
  store,
  ttlMs = HOUR_MS,
  sampled = false,
}: ResponseCacheOptions): ResponseCache => ({
  sampled,
  get: async (key, signal) => readStored(await store.get(key, { signal })),
  set: (key, answer) => store.set(key, storeAnswer(answer), ttlMs),
})
