import { RtError, type SearchMode, type VectorQuery } from '@rt/core'
import { type FilterNode, parseFilter } from '../filter/index.ts'
import { checkVector } from './check-records.ts'

/** Most hits one search gives. */
const MAX_K = 10_000
/** Shares of the two lists in a hybrid score. A choice of ours, not measured on your texts: tune it with `weights`. */
const DEFAULT_WEIGHTS: Readonly<{ keyword: number; dense: number }> = { keyword: 0.35, dense: 0.65 }

export interface CheckedQuery {
  mode: SearchMode
  k: number
  /** Absent in keyword mode. */
  vector: Float32Array | undefined
  /** Absent in dense mode. */
  text: string | undefined
  filter: FilterNode | undefined
  weights: { keyword: number; dense: number }
}

/** @throws RtError `invalid_request` naming the field. */
export const checkQuery = ({
  vector,
  text,
  mode,
  k = 10,
  filter,
  weights = DEFAULT_WEIGHTS,
}: VectorQuery): CheckedQuery => {
  const chosen = mode ?? defaultMode(vector, text)
  if (!['dense', 'keyword', 'hybrid'].includes(chosen))
    throw invalid(`mode must be dense, keyword or hybrid, not ${String(chosen)}.`)
  const usesVector = chosen !== 'keyword'
  const usesText = chosen !== 'dense'
  if (usesVector && vector === undefined) throw invalid(`a ${chosen} search needs a vector.`)
  if (usesText && typeof text !== 'string') throw invalid(`a ${chosen} search needs a text.`)
  if (usesVector && vector) checkVector(vector, 'query')
  if (!Number.isInteger(k) || k < 1 || k > MAX_K)
    throw invalid(`k must be a whole number from 1 to ${MAX_K}, not ${k}.`)
  checkWeights(weights)
  return {
    mode: chosen,
    k,
    vector: usesVector ? vector?.slice() : undefined,
    text: usesText ? text : undefined,
    filter: parseFilter(filter),
    weights,
  }
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

const invalid = (message: string, hint?: string): RtError => new RtError({ code: 'invalid_request', message, hint })
