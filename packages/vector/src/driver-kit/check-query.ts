import { type RawScores, RtError, type SearchMode, type VectorQuery, type WordMatch } from '@rt/core'
import { type FieldPath, type FilterNode, parseFilter, parsePath } from '../filter/index.ts'
import { checkVector } from './check-records.ts'

/** Most hits one search gives. */
export const MAX_K = 10_000
/** Most candidates that are compared with each other, or read by a reranker. */
const MAX_CANDIDATES = 1000
/** Candidates of a search that leaves some out, at least. */
const MIN_POOL = 50
/** Shares of the two lists in a hybrid score. A choice of ours, not measured on your texts: tune it with `weights`. */
const DEFAULT_WEIGHTS: Readonly<{ keyword: number; dense: number }> = { keyword: 0.35, dense: 0.65 }
const RAW_SCORES: readonly (keyof RawScores)[] = ['cosine', 'dot', 'distance', 'bm25', 'rerank']

/** A query that is safe to run: checked, copied, of plain data that can cross threads. */
export interface CheckedQuery {
  mode: SearchMode
  k: number
  /** Absent in keyword mode. */
  vector: Float32Array | undefined
  /** Absent in dense mode, unless a reranker reads it. */
  text: string | undefined
  filter: FilterNode | undefined
  words: WordMatch
  fusion: 'min-max' | 'rrf'
  weights: { keyword: number; dense: number }
  threshold: RawScores | undefined
  rerank: { candidates: number } | undefined
  mmr: { lambda: number; candidates: number } | undefined
  group: { path: FieldPath; size: number } | undefined
  explain: boolean
  exact: boolean
}

/** @throws RtError `invalid_request` naming the field. */
export const checkQuery = (query: VectorQuery): CheckedQuery => {
  const { vector, text, k = 10, weights = DEFAULT_WEIGHTS, words = 'any', fusion = 'min-max' } = query
  const mode = oneOf('mode', query.mode ?? defaultMode(vector, text), ['dense', 'keyword', 'hybrid'])
  const usesVector = mode !== 'keyword'
  const usesText = mode !== 'dense' || query.rerank !== undefined
  if (usesVector && vector === undefined) throw invalid(`a ${mode} search needs a vector.`)
  if (usesText && typeof text !== 'string')
    throw invalid(mode === 'dense' ? 'a reranker needs the text of the query.' : `a ${mode} search needs a text.`)
  if (usesVector && vector) checkVector(vector, 'query')
  whole('k', k, MAX_K)
  checkWeights(weights)
  return {
    mode,
    k,
    vector: usesVector ? vector?.slice() : undefined,
    text: usesText ? text : undefined,
    filter: parseFilter(query.filter),
    words: oneOf('words', words, ['any', 'all', 'phrase', 'prefix']),
    fusion: oneOf('fusion', fusion, ['min-max', 'rrf']),
    weights: { keyword: weights.keyword, dense: weights.dense },
    threshold: query.threshold && checkThreshold(query.threshold),
    rerank: query.rerank && checkRerank(query.rerank, k),
    mmr: query.mmr && checkMmr(query.mmr, k),
    group: query.group && checkGroup(query.group),
    explain: query.explain === true,
    exact: query.exact === true,
  }
}

/** How many candidates are needed to give `k` hits. */
export const poolOf = ({ k, threshold, rerank, mmr, group }: CheckedQuery): number => {
  if (rerank) return rerank.candidates
  if (mmr) return mmr.candidates
  return threshold || group ? Math.min(MAX_K, Math.max(4 * k, MIN_POOL)) : k
}

const defaultMode = (vector: Float32Array | undefined, text: string | undefined): SearchMode => {
  if (vector && text !== undefined) return 'hybrid'
  if (vector) return 'dense'
  if (text !== undefined) return 'keyword'
  throw invalid('a search needs a vector, a text or both.')
}

const checkWeights = ({ keyword, dense }: { keyword: number; dense: number }): void => {
  const valid = [keyword, dense].every((weight) => Number.isFinite(weight) && weight >= 0)
  if (!valid || keyword + dense <= 0)
    throw invalid(`weights must be numbers from 0 up, and not both 0; got keyword ${keyword}, dense ${dense}.`)
}

const checkThreshold = (threshold: RawScores): RawScores => {
  for (const [name, value] of Object.entries(threshold))
    if (!(RAW_SCORES as readonly string[]).includes(name) || !Number.isFinite(value))
      throw invalid(
        `threshold.${name} is ${String(value)}.`,
        `Give numbers for some of ${RAW_SCORES.join(', ')}: raw scores, not the fused one.`,
      )
  return { ...threshold }
}

const checkRerank = (
  { model, candidates = 50 }: NonNullable<VectorQuery['rerank']>,
  k: number,
): { candidates: number } => {
  if (typeof model?.rerank !== 'function') throw invalid('rerank.model must be a Reranker.')
  return { candidates: pool('rerank.candidates', candidates, k) }
}

const checkMmr = (
  { lambda = 0.5, candidates }: NonNullable<VectorQuery['mmr']>,
  k: number,
): { lambda: number; candidates: number } => {
  if (!(lambda >= 0 && lambda <= 1)) throw invalid(`mmr.lambda must be a number from 0 to 1, not ${lambda}.`)
  const usual = Math.min(MAX_CANDIDATES, Math.max(4 * k, MIN_POOL))
  return { lambda, candidates: pool('mmr.candidates', candidates ?? usual, k) }
}

const checkGroup = ({ by, size = 1 }: NonNullable<VectorQuery['group']>): { path: FieldPath; size: number } => {
  if (typeof by !== 'string' || by === '') throw invalid('group.by must be the path of a metadata field.')
  return { path: parsePath(by), size: whole('group.size', size, MAX_K) }
}

/** At least `k`, so that nobody gets fewer hits for asking for a better order. */
const pool = (name: string, candidates: number, k: number): number =>
  Math.max(k, whole(name, candidates, MAX_CANDIDATES))

const whole = (name: string, value: number, most: number): number => {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw invalid(`${name} must be a whole number from 1 to ${most}, not ${value}.`)
}

const oneOf = <T extends string>(name: string, value: T, known: readonly T[]): T => {
  if (known.includes(value)) return value
  throw invalid(`${name} must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}, not ${String(value)}.`)
}

const invalid = (message: string, hint?: string): RtError => new RtError({ code: 'invalid_request', message, hint })
