import { type CallOptions, throwIfAborted } from '@rt/core'
import type { Schemas } from '@qdrant/js-client-rest'
import type { CheckedRecord } from '../../driver-kit/check-records.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { type CollectionCalls, WRITE } from './client.ts'
import { MAX_RANGE_INDEXES, RANGE_INDEX } from './field-indexes.ts'
import { type Payload, toPoint } from './payload.ts'
import type { StoredCollection } from './stored-collection.ts'

type Point = Schemas['PointStruct']

/** About, of JSON in one request: below every limit of a server, and short enough to write that nobody waits for it. */
const BYTES_A_REQUEST: number = 1024 * 1024

/** Stores records, request by request. What was stored before a failure stays. */
export const writePoints = async (
  calls: CollectionCalls,
  collection: StoredCollection,
  records: readonly CheckedRecord[],
  { now, indexed, signal }: CallOptions & { now: number; indexed: Set<string> },
): Promise<void> => {
  const { ttl, tokenizer = 'porter' } = collection.options
  const pace = createPacer(signal)
  let points: Point[] = []
  let bytes = 0
  const send = async (): Promise<void> => {
    throwIfAborted(signal)
    const batch = points
    points = []
    bytes = 0
    await indexRanges(
      calls,
      batch.map(({ payload }) => payload as Payload),
      { indexed, signal },
    )
    await calls.call(
      (api, init) => api.upsertPoints({ collection_name: calls.physical, points: batch, ...WRITE }, init),
      { signal },
    )
  }
  for (const record of records) {
    const expires = record.expires ?? (ttl === undefined ? undefined : now + ttl)
    const point = await toPoint({ ...record, expires }, { metric: collection.metric ?? 'cosine', tokenizer, pace })
    points.push(point)
    bytes += sizeOf(record, point)
    if (bytes >= BYTES_A_REQUEST) await send()
    const pause = pace()
    if (pause) await pause
  }
  if (points.length) await send()
}

/** Gives numbers and dates that come for the first time an index, before their points. */
export const indexRanges = async (
  { call, physical }: CollectionCalls,
  payloads: readonly Partial<Pick<Payload, 'numbers' | 'dates'>>[],
  { indexed, signal }: CallOptions & { indexed: Set<string> },
): Promise<void> => {
  const keys = new Set(
    payloads.flatMap(({ numbers = {}, dates = {} }) => [
      ...Object.keys(numbers).map((key) => `numbers.${key}`),
      ...Object.keys(dates).map((key) => `dates.${key}`),
    ]),
  )
  for (const key of keys) {
    if (indexed.has(key)) continue
    const ranges = [...indexed].filter((known) => /^(numbers|dates)\./.test(known)).length
    if (ranges >= MAX_RANGE_INDEXES) return
    await call(
      (api, init) =>
        api.createFieldIndex({ collection_name: physical, field_name: key, field_schema: RANGE_INDEX, ...WRITE }, init),
      { signal },
    )
    indexed.add(key)
  }
}

/** Bytes of JSON, roughly: numbers of vectors take some 12, those of words 20. */
const sizeOf = ({ vector, text, metadata }: CheckedRecord, { payload }: Point): number => {
  const { facts, words = '', terms } = payload as Payload
  return (
    12 * (vector?.length ?? 0) +
    2 * (text?.length ?? 0) +
    3 * metadata.length +
    40 * facts.length +
    words.length +
    40 * (terms?.length ?? 0) +
    200
  )
}
