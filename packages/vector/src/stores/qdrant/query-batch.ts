import type { CallOptions } from '@rt/core'
import type { Schemas } from '@qdrant/js-client-rest'
import type { RankedHit } from '../../driver-kit/candidate-source.ts'
import type { CollectionCalls } from './client.ts'
import type { Payload } from './payload.ts'

type Query = Schemas['QueryRequest']

/** Sends queries that are made in one turn as one request, which Qdrant answers at once: both lists of a search. */
export const createQueryBatch = (
  { call, physical }: CollectionCalls,
  options: CallOptions,
): ((query: Query) => Promise<RankedHit[]>) => {
  let waiting: Query[] = []
  let answers: Promise<RankedHit[][]> | undefined
  const send = async (): Promise<RankedHit[][]> => {
    await Promise.resolve()
    const searches = waiting
    waiting = []
    answers = undefined
    const lists = await call(
      (api, init) => api.queryBatchPoints({ collection_name: physical, searches }, init),
      options,
    )
    return lists.map(({ points }) => points.map(({ payload, score }) => ({ id: (payload as Payload).id, raw: score })))
  }
  return async (query) => {
    const place = waiting.push(query) - 1
    answers ??= send()
    return (await answers)[place]!
  }
}
