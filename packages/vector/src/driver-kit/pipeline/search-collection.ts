import { type CallOptions, throwIfAborted, type VectorHit, type VectorQuery, withSpan } from '@rt/core'
import { type CheckedQuery, checkQuery, MAX_K, poolOf } from '../check-query.ts'
import type { Candidate } from './candidate.ts'
import { refineCandidates } from './refine.ts'

/** Gives the `pool` best candidates of a query, wherever the data is: `gatherCandidates` here or in a worker. */
export type Gather = (query: CheckedQuery, pool: number, options: CallOptions) => Promise<Candidate[]>

/** Dense, keyword or hybrid search of one collection, the same for all stores. */
export const searchCollection = async (
  name: string,
  gather: Gather,
  query: VectorQuery,
  options: CallOptions = {},
): Promise<VectorHit[]> => {
  throwIfAborted(options.signal)
  const checked = checkQuery(query)
  const attributes = { 'rt.vector.collection': name, 'rt.vector.mode': checked.mode, 'rt.vector.k': checked.k }
  return withSpan(options.span, 'vector.search', attributes, async (span) => {
    const call = { signal: options.signal, span }
    for (let pool = poolOf(checked); ; pool = Math.min(MAX_K, 4 * pool)) {
      const candidates = await gather(checked, pool, call)
      throwIfAborted(options.signal)
      const hits = await refineCandidates(candidates, checked, query.rerank?.model, call)
      throwIfAborted(options.signal)
      // Groups can use up a pool before there are k hits: then a larger one is looked at.
      const isShort = checked.group && !query.rerank && !checked.mmr && hits.length < checked.k
      if (isShort && candidates.length >= pool && pool < MAX_K) continue
      span.set({ 'rt.vector.hits': hits.length, 'rt.vector.candidates': candidates.length })
      return hits
    }
  })
}
