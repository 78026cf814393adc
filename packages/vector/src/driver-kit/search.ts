import { type CallOptions, throwIfAborted, type VectorHit, type VectorQuery, withSpan } from '@rt/core'
import { fuseMinMax, minMax } from '../fusion/min-max.ts'
import { type CheckedQuery, checkQuery } from './check-query.ts'
import { checkDimensions, refuseZero } from './check-records.ts'
import type { IndexCache } from './index-cache.ts'
import type { IndexSnapshot, KeywordHit, SearchSource, StoredRow } from './types.ts'
import { toUnit } from './vector-math.ts'

/** How often a search starts over because a write changed one of its hits in between. Then it serves what is left. */
const ATTEMPTS = 3
/** Hits that each list gives to the fusion, at least. */
const MIN_CANDIDATES = 50

/** Dense, keyword or hybrid search. Hits carry raw cosine and BM25 beside the score. */
export const searchCollection = async (
  source: SearchSource,
  cache: IndexCache,
  query: VectorQuery,
  options: CallOptions = {},
): Promise<VectorHit[]> => {
  const { signal } = options
  throwIfAborted(signal)
  const checked = checkQuery(query)
  const attributes = { 'rt.vector.collection': source.name, 'rt.vector.mode': checked.mode, 'rt.vector.k': checked.k }
  return withSpan(options.span, 'vector.search', attributes, async (span) => {
    for (let attempt = 1; ; attempt++) {
      const candidates = await findCandidates(source, cache, checked, { signal, span })
      const { hits, changed } = await fetchHits(source, candidates, checked.k)
      throwIfAborted(signal)
      if (changed && attempt < ATTEMPTS) continue
      span.set({ 'rt.vector.hits': hits.length, 'rt.vector.attempts': attempt })
      return hits
    }
  })
}

interface Fused {
  key: number
  score: number
}

interface Candidate extends Fused {
  /** Where the vector lay when it was compared. */
  slot: number | undefined
  /** The newest version at which what was compared is what is stored. */
  version: number
  cosine: number | undefined
  bm25: number | undefined
}

const findCandidates = async (
  source: SearchSource,
  cache: IndexCache,
  { mode, k, vector, text, filter, weights }: CheckedQuery,
  options: CallOptions,
): Promise<Candidate[]> => {
  const limit = mode === 'dense' ? k : Math.max(4 * k, MIN_CANDIDATES)
  const [keyword, dense] = await Promise.all([
    text === undefined ? [] : source.keyword(text, filter, limit),
    vector && findDense(source, cache, vector, filter, limit, options),
  ])
  return merge(mode, weights, keyword, dense).slice(0, k)
}

interface Dense {
  snapshot: IndexSnapshot
  unit: Float32Array
  hits: { record: number; slot: number; cosine: number }[]
}

/** Undefined when the collection has no vectors. */
const findDense = async (
  source: SearchSource,
  cache: IndexCache,
  vector: Float32Array,
  filter: CheckedQuery['filter'],
  limit: number,
  options: CallOptions,
): Promise<Dense | undefined> => {
  refuseZero(vector, 'query')
  const { version, dimensions } = await source.state()
  if (dimensions === undefined) return undefined
  checkDimensions(vector, dimensions, 'query', source.name)
  const unit = toUnit(vector)
  const snapshot = await cache.at(version, options.signal)
  const only = filter && (await source.slots(filter, options))
  const hits = await snapshot.nearest(unit, limit, { signal: options.signal, ...(only && { only }) })
  return { snapshot, unit, hits }
}

const merge = (
  mode: CheckedQuery['mode'],
  weights: CheckedQuery['weights'],
  keyword: KeywordHit[],
  dense: Dense | undefined,
): Candidate[] => {
  const byKeyword = new Map(keyword.map((hit) => [hit.record, hit]))
  const byDense = new Map(dense?.hits.map((hit) => [hit.record, hit]))
  return score(mode, weights, keyword, dense).map((fused) => {
    const worded = byKeyword.get(fused.key)
    const near = byDense.get(fused.key)
    const slot = near?.slot ?? worded?.slot
    const compared = slot === undefined ? undefined : dense
    return {
      ...fused,
      slot,
      version: Math.min(worded?.version ?? Infinity, compared?.snapshot.version ?? Infinity),
      cosine: near?.cosine ?? compared?.snapshot.cosine(compared.unit, { slot: slot!, record: fused.key }),
      bm25: worded?.bm25,
    }
  })
}

const score = (
  mode: CheckedQuery['mode'],
  weights: CheckedQuery['weights'],
  keyword: KeywordHit[],
  dense: Dense | undefined,
): Fused[] => {
  const near = dense?.hits.map(({ record, cosine }) => ({ key: record, score: cosine })) ?? []
  const worded = keyword.map(({ record, bm25 }) => ({ key: record, score: bm25 }))
  if (mode === 'dense') return near.map(({ key, score: cosine }) => ({ key, score: Math.max(0, cosine) }))
  if (mode === 'hybrid')
    return fuseMinMax([
      { weight: weights.keyword, hits: worded },
      { weight: weights.dense, hits: near },
    ])
  const scaled = minMax(worded.map((hit) => hit.score))
  return worded.map(({ key }, index) => ({ key, score: scaled[index]! }))
}

/** `changed`: a write came between the comparison and this read, so the hits may be too few or out of date. */
const fetchHits = async (
  source: SearchSource,
  candidates: Candidate[],
  k: number,
): Promise<{ hits: VectorHit[]; changed: boolean }> => {
  if (!candidates.length) return { hits: [], changed: false }
  const rows = new Map((await source.rows(candidates.map(({ key }) => key))).map((row) => [row.record, row]))
  let changed = false
  const hits: VectorHit[] = []
  for (const candidate of candidates.slice(0, k)) {
    const row = rows.get(candidate.key)
    const moved = !row || (candidate.slot ?? row.slot) !== row.slot
    if (moved || row.version > candidate.version) changed = true
    if (!moved) hits.push(toHit(candidate, row))
  }
  return { hits, changed }
}

const toHit = ({ score: value, cosine, bm25 }: Candidate, { id, text, metadata }: StoredRow): VectorHit => ({
  id,
  score: value,
  ...(cosine !== undefined && { cosine }),
  ...(bm25 !== undefined && { bm25 }),
  ...(text !== undefined && { text }),
  metadata,
})
