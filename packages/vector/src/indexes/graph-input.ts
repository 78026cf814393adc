import { RtError } from '@rt/core'
import { sumOfSquares } from '../driver-kit/vector-math.ts'
import { SAFE_SQUARES } from './safe-squares.ts'
import { MAX_SLOTS } from './max-slots.ts'
import type { GraphDriver, GraphOptions } from './types.ts'

/** @throws RtError `unsupported` for what the driver cannot do, `invalid_request` for what nobody can. */
export const checkGraphOptions = (
  { kind, metrics, precisions }: Pick<GraphDriver, 'kind' | 'metrics' | 'precisions'>,
  { dimensions, metric, precision }: GraphOptions,
): void => {
  if (!Number.isInteger(dimensions) || dimensions < 1) throw invalid(`an index cannot have ${dimensions} dimensions.`)
  if (!metrics.includes(metric)) throw unsupported(`index ${kind} has no metric ${metric}.`)
  if (!precisions.includes(precision)) throw unsupported(`index ${kind} has no precision ${precision}.`)
  // Half floats end at 65,504, and usearch scales bytes to length 1 by itself: both are true of directions alone.
  if (precision !== 'f32' && metric !== 'cosine')
    throw unsupported(`precision ${precision} is for metric cosine, not ${metric}.`)
}

/**
 * Vectors as native code gets them: a copy, scaled to length 1 for metric cosine. Native code would accept NaN, and give it
 * back as a distance; and it squares in single precision.
 *
 * @throws RtError `invalid_request` naming the slot; `unsupported` for lengths that single precision has no room for.
 */
export const toGraphVectors = (
  { dimensions, metric }: GraphOptions,
  slots: Uint32Array,
  vectors: Float32Array,
): Float32Array => {
  if (vectors.length !== slots.length * dimensions)
    throw invalid(`${slots.length} slots of ${dimensions} dimensions need other than ${vectors.length} numbers.`)
  const prepared = vectors.slice()
  for (const [index, slot] of slots.entries())
    prepare(prepared.subarray(index * dimensions, (index + 1) * dimensions), metric, `the vector of slot ${slot}`)
  return prepared
}

/** The same for a query. */
export const toGraphQuery = ({ dimensions, metric }: GraphOptions, query: Float32Array): Float32Array => {
  if (query.length !== dimensions) throw invalid(`the query has ${query.length} dimensions, the index ${dimensions}.`)
  const prepared = query.slice()
  prepare(prepared, metric, 'the query')
  return prepared
}

/** Slots as an array of uint32, which would wrap a larger one around without a word. */
export const toSlots = (slots: readonly number[]): Uint32Array => {
  const wrong = slots.find((slot) => !Number.isInteger(slot) || slot < 0 || slot >= MAX_SLOTS)
  if (wrong !== undefined) throw invalid(`slot ${wrong} is out of range: slots are below 2^32.`)
  return Uint32Array.from(slots)
}

export const checkCount = (count: number): void => {
  if (!Number.isInteger(count) || count < 1)
    throw invalid(`the number of candidates must be a whole number from 1, not ${count}.`)
}

const prepare = (vector: Float32Array, metric: GraphOptions['metric'], name: string): void => {
  const squares = sumOfSquares(vector, 0, vector.length)
  if (!Number.isFinite(squares)) throw invalid(`${name} has a value that is not finite.`)
  if (metric === 'cosine') {
    if (squares === 0) throw invalid(`${name} is all zeros, and the cosine with it is not defined.`)
    const length = Math.sqrt(squares)
    for (let i = 0; i < vector.length; i++) vector[i]! /= length
  } else if (squares > SAFE_SQUARES.most)
    throw unsupported(`${name} is too long (${Math.sqrt(squares)}) for a graph by metric ${metric}.`)
}

const invalid = (message: string): RtError => new RtError({ code: 'invalid_request', message })

const unsupported = (message: string): RtError =>
  new RtError({ code: 'unsupported', message, hint: 'Exact search has no such limit: index "flat".' })
