import type { CallOptions } from '@rt/core'
import type { CandidateSource, FetchedRecord, RankedHit } from '../../driver-kit/candidate-source.ts'
import { vectorNorm } from '../../driver-kit/vector-math.ts'
import type { FilterNode } from '../../filter/index.ts'
import type { CollectionCalls } from './client.ts'
import type { Condition, Filter } from './filter/translate-filter.ts'
import { liveFilter, matchingPieces, serverFilter } from './matching.ts'
import { decimals, DENSE, type Payload, WORDS } from './payload.ts'
import { createQueryBatch } from './query-batch.ts'
import { readPoints } from './read-points.ts'
import type { StoredCollection } from './stored-collection.ts'
import { queryVector } from './words/sparse-vector.ts'
import { wordQuery } from './words/word-query.ts'

/** Texts whose words tell what the beginning of a word may go on as. */
const SAMPLED_TEXTS = 256

/** What one search asks of Qdrant: both lists in one request, fused by the pipeline that all stores share. */
export const createSource = (
  calls: CollectionCalls,
  { state, now, signal }: CallOptions & { state: (options: CallOptions) => Promise<StoredCollection>; now: number },
): CandidateSource => {
  const ask = createQueryBatch(calls, { signal })
  const filters = new Map<FilterNode | undefined, Promise<Filter[]>>()
  const filtersOf = (node: FilterNode | undefined): Promise<Filter[]> => {
    let found = filters.get(node)
    if (!found) filters.set(node, (found = resolveFilter(calls, node, { now, signal })))
    return found
  }
  const nearest = async (
    query: Record<string, unknown>,
    { k, node, more, worstFirst }: { k: number; node: FilterNode | undefined; more: Condition[]; worstFirst: boolean },
  ): Promise<RankedHit[]> => {
    let best: RankedHit[] | undefined
    // One after the other: a request takes no more than a piece for each list.
    for (const filter of await filtersOf(node)) {
      const hits = await ask({
        ...query,
        filter: { ...filter, must: [...((filter.must ?? []) as Condition[]), ...more] },
        limit: k,
        with_payload: ['id'],
      })
      best = best
        ? [...best, ...hits].toSorted((a, b) => (worstFirst ? a.raw - b.raw : b.raw - a.raw)).slice(0, k)
        : hits
    }
    return best ?? []
  }

  return {
    name: calls.name,
    async shape(options) {
      const { dimensions, metric } = await state(options)
      return dimensions === null ? undefined : { dimensions, metric: metric ?? 'cosine' }
    },
    async dense(vector, { k, filter, exact, signal: given }) {
      const { metric, options } = await state({ signal: given })
      return nearest(
        {
          query: decimals(vector, metric === 'cosine' ? vectorNorm(vector) : 1),
          using: DENSE,
          params: { exact: exact || options.index === 'flat' },
        },
        { k, node: filter, more: [], worstFirst: metric === 'l2' },
      )
    },
    async keyword(text, { k, filter, words, signal: given }) {
      const { options } = await state({ signal: given })
      const query = wordQuery(text, words, options.tokenizer ?? 'porter')
      if (!query) return []
      const going = query.beginnings.length ? await goingOn(calls, query, { now, signal: given }) : []
      const tokens = [...query.tokens, ...going]
      if (!tokens.length) return []
      return nearest(
        { query: queryVector(tokens), using: WORDS },
        { k, node: filter, more: query.conditions, worstFirst: false },
      )
    },
    async fetch(ids, { vectors, signal: given }): Promise<FetchedRecord[]> {
      const dimensions = vectors ? ((await state({ signal: given })).dimensions ?? 0) : 0
      const records = await readPoints(calls, ids, { dimensions, signal: given })
      return records
        .filter(({ expires }) => expires === undefined || expires > now)
        .map(({ id, text, metadata = {}, vector }) => ({ id, text, metadata, vector }))
    },
  }
}

/** One filter, or one for each piece of the points that match what Qdrant cannot answer. None: nothing matches. */
const resolveFilter = async (
  calls: CollectionCalls,
  node: FilterNode | undefined,
  options: CallOptions & { now: number },
): Promise<Filter[]> => {
  const filter = serverFilter(node, options.now)
  if (filter) return [filter]
  const pieces = await Array.fromAsync(matchingPieces(calls, node!, options))
  return pieces.map((ids) => liveFilter(options.now, [{ has_id: ids }]))
}

/** Words that begin as asked, of some texts that have one: enough of them for a ranking of what is typed. */
const goingOn = async (
  { call, physical }: CollectionCalls,
  { conditions, beginnings }: { conditions: Condition[]; beginnings: string[] },
  { now, signal }: CallOptions & { now: number },
): Promise<string[]> => {
  const { points } = await call(
    (api, init) =>
      api.scrollPoints(
        {
          collection_name: physical,
          filter: liveFilter(now, conditions),
          limit: SAMPLED_TEXTS,
          with_payload: ['terms'],
          with_vector: false,
        },
        init,
      ),
    { signal },
  )
  const terms = points.flatMap(({ payload }) => (payload as Partial<Payload>).terms ?? [])
  return [...new Set(terms)].filter((term) => beginnings.some((beginning) => term.startsWith(beginning)))
}
