import { createHash } from 'node:crypto'
import {
  type CallOptions,
  type Clock,
  type EmbeddingModel,
  type KeyValue,
  RtError,
  systemClock,
  withTimeout,
} from '@rt/core'
import { textTokens } from '../driver-kit/estimate-tokens.ts'
import { type NearEntry, rankEntries, readIndex, writeIndex } from './near-index.ts'
import { readStored, type StoredAnswer, storeAnswer } from './stored-answer.ts'

export interface SemanticCacheOptions {
  /** Every question that is not in the exact cache is embedded. One that is not on this machine fits remote legs only. */
  embedder: EmbeddingModel
  /** Where answers and vectors are kept, e.g. `createMemoryKeyValue()`. */
  store: KeyValue
  /**
   * Cosine from which two questions count as the same, from 0.8 to 1. There is no default: it differs by embedder, and too
   * low a value gives answers to other questions. Measure it on questions of your own.
   */
  threshold: number
  /** How long an answer is kept. Default one hour. */
  ttlMs?: number
  /** Most questions kept for what else is equal in a request; the oldest goes first. Default 256. */
  maxEntries?: number
  /** Also answers of requests that may turn out differently each time. Default false: temperature 0 only. */
  sampled?: boolean
  /** How long the embedder may take; then the model is asked. Default 2,000. */
  embedMs?: number
  clock?: Clock
}

/** Answers by near questions. `createSemanticCache` makes one. */
export interface SemanticCache {
  /** Of its embedder: questions stay on this machine. */
  readonly local: boolean
  readonly sampled: boolean
  readonly threshold: number
  /**
   * @param key of everything but the question.
   * @throws RtError what the embedder or the store failed with.
   */
  lookUp(key: string, question: string, options: CallOptions): Promise<NearLookup | undefined>
}

export interface NearLookup {
  /** Of the nearest question there is; undefined = none. */
  similarity: number | undefined
  /** Of the nearest question that is near enough. */
  answer: StoredAnswer | undefined
  keep(answer: StoredAnswer): Promise<void>
}

const HOUR_MS = 3_600_000

/** @throws RtError `config_invalid` for a threshold below 0.8 or above 1, or a number that makes no sense. */
export const createSemanticCache = ({
  embedder,
  store,
  threshold,
  ttlMs = HOUR_MS,
  maxEntries = 256,
  sampled = false,
  embedMs = 2000,
  clock = systemClock,
}: SemanticCacheOptions): SemanticCache => {
  check(threshold, maxEntries)
  // One after the other: two answers at once would write the same index, and one would be lost.
  let writing: Promise<void> = Promise.resolve()

  const embed = async (text: string, options: CallOptions): Promise<Float32Array | undefined> => {
    const { vectors, truncated } = await withTimeout(
      (signal) => embedder.embed([text], { ...options, signal, kind: 'query' }),
      { ms: embedMs, error: () => slow(embedder.id, embedMs), signal: options.signal, clock },
    )
    // Beyond the cut two questions may differ in everything.
    return truncated.length > 0 ? undefined : vectors[0]
  }

  return {
    local: embedder.local,
    sampled,
    threshold,
    async lookUp(key, question, options) {
      // Not every embedder says what it cut.
      if (textTokens(question) > embedder.maxTokens) return undefined
      const vector = await embed(question, options)
      if (!vector) return undefined
      const indexKey = `${key}:${hash(embedder.fingerprint)}`
      const asked: NearEntry = { id: hash(question), vector }
      const read = async (): Promise<NearEntry[]> => readIndex(await store.get(indexKey), vector.length)
      const ranked = rankEntries(await read(), asked)
      const found = { similarity: ranked[0]?.similarity, answer: undefined }
      const keep = (answer: StoredAnswer): Promise<void> =>
        (writing = writing
          .then(async () => {
            await store.set(`${indexKey}:${asked.id}`, storeAnswer(answer), ttlMs)
            const others = (await read()).filter(({ id }) => id !== asked.id)
            const entries = [...others, asked]
            for (const { id } of entries.splice(0, entries.length - maxEntries)) await store.delete(`${indexKey}:${id}`)
            await store.set(indexKey, writeIndex(entries), ttlMs)
          })
          // A cache may forget.
          .catch(() => {}))
      for (const { entry, similarity } of ranked) {
        if (similarity < threshold) break
        // The index may outlive an answer.
        const answer = readStored(await store.get(`${indexKey}:${entry.id}`))
        if (answer) return { similarity, answer, keep }
      }
      return { ...found, keep }
    },
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 24)

const slow = (id: string, ms: number): RtError =>
  new RtError({ code: 'timeout', message: `'${id}' did not embed a question within ${ms} ms.` })

const check = (threshold: number, maxEntries: number): void => {
  const wrong = (what: string, hint: string): RtError => new RtError({ code: 'config_invalid', message: what, hint })
  if (!(threshold >= 0.8 && threshold <= 1))
    throw wrong(
      `the threshold of a semantic cache is ${threshold}.`,
      'Give a cosine from 0.8 to 1: below that questions are not the same. 0.95 is a careful start.',
    )
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw wrong(`maxEntries of a semantic cache is ${maxEntries}.`, 'Give a whole number from 1 on.')
}
