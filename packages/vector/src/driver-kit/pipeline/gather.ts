import type { CallOptions, Metric } from '@rt/core'
import { fuseMinMax, minMax } from '../../fusion/min-max.ts'
import type { FusedHit, FusedPart } from '../../fusion/ranked-list.ts'
import { rrf } from '../../fusion/rrf.ts'
import type { CandidateSource, RankedHit } from '../candidate-source.ts'
import type { CheckedQuery } from '../check-query.ts'
import { checkDimensions, refuseZero } from '../check-records.ts'
import type { Candidate } from './candidate.ts'
import { closeness, nameRaw, similarity, toScore } from './similarity.ts'

/** Hits that each list gives to the fusion, at least. */
const MIN_LISTED = 50

/**
 * The first half of a search, which runs where the data is: both lists, fused into one, with the records of its best.
 *
 * @param pool how many candidates to give, at most.
 */
export const gatherCandidates = async (
  source: CandidateSource,
  query: CheckedQuery,
  pool: number,
  options: CallOptions = {},
): Promise<Candidate[]> => {
  const { mode, vector, text } = query
  const limit = mode === 'hybrid' ? Math.max(4 * pool, MIN_LISTED) : pool
  const shape = vector && (await source.shape(options))
  if (vector && shape) checkAgainst(shape, vector, source.name)
  const lists = { ...options, k: limit, filter: query.filter }
  const [near, worded] = await Promise.all([
    vector && shape ? source.dense(vector, { ...lists, exact: query.exact }) : [],
    text === undefined || mode === 'dense' ? [] : source.keyword(text, { ...lists, words: query.words }),
  ])
  const fused = fuse(query, near, worded, shape?.metric).slice(0, pool)
  if (!fused.length) return []
  // What the words alone found is compared too: relevance is judged on raw scores.
  const compared = mode === 'hybrid' && vector !== undefined && shape !== undefined
  const ids = fused.map(({ key }) => key)
  const records = new Map(
    (await source.fetch(ids, { ...options, vectors: compared || query.mmr !== undefined })).map((record) => [
      record.id,
      record,
    ]),
  )
  const nearById = new Map(near.map(({ id, raw }) => [id, raw]))
  const wordedById = new Map(worded.map(({ id, raw }) => [id, raw]))
  return fused.flatMap(({ key, score, parts: [dense, keyword] }): Candidate[] => {
    const record = records.get(key)
    if (!record) return []
    const found = nearById.get(key)
    const raw = found ?? (compared && record.vector && similarity(shape.metric, vector, record.vector))
    const bm25 = wordedById.get(key)
    return [
      {
        id: key,
        text: record.text,
        metadata: record.metadata,
        vector: query.mmr ? record.vector : undefined,
        raw: { ...(typeof raw === 'number' && nameRaw(shape!.metric, raw)), ...(bm25 !== undefined && { bm25 }) },
        score,
        dense,
        keyword,
      },
    ]
  })
}

type Parts = [dense: FusedPart | undefined, keyword: FusedPart | undefined]
type Fused = Pick<FusedHit<string>, 'key' | 'score'> & { parts: Parts }

const fuse = (query: CheckedQuery, near: RankedHit[], worded: RankedHit[], metric: Metric | undefined): Fused[] => {
  if (query.mode === 'dense')
    return near.map(({ id, raw }, index) => {
      const score = toScore(metric!, raw)
      return { key: id, score, parts: [{ rank: index + 1, scaled: score, weight: 1 }, undefined] }
    })
  if (query.mode === 'keyword') {
    const scaled = minMax(worded.map(({ raw }) => raw))
    return worded.map(({ id }, index) => {
      const score = scaled[index]!
      return { key: id, score, parts: [undefined, { rank: index + 1, scaled: score, weight: 1 }] }
    })
  }
  const lists = [
    { weight: query.weights.dense, hits: near.map(({ id, raw }) => ({ key: id, score: closeness(metric!, raw) })) },
    { weight: query.weights.keyword, hits: worded.map(({ id, raw }) => ({ key: id, score: raw })) },
  ]
  const fused = query.fusion === 'rrf' ? rrf(lists) : fuseMinMax(lists)
  return fused.map(({ key, score, parts }) => ({ key, score, parts: parts as Parts }))
}

const checkAgainst = (
  { metric, dimensions }: { metric: Metric; dimensions: number },
  vector: Float32Array,
  collection: string,
): void => {
  checkDimensions(vector, dimensions, 'query', collection)
  if (metric === 'cosine') refuseZero(vector, 'query')
}
