import { RtError } from '@rt/core'
import type { Pooling } from '../../driver-kit/pooling.ts'

export interface PoolInput {
  /** `[texts, tokens, dimensions]`, flat. */
  hidden: Float32Array
  /** Tokens of each row in `hidden`, padding included. */
  width: number
  dimensions: number
  /** Row of the text. */
  row: number
  /** Its tokens without padding, which stands at the end. */
  length: number
  pooling: Pooling
  normalize: boolean
}

/**
 * Writes the vector of one text into `target`; a shorter one takes its first numbers, and the length is that of those.
 *
 * @throws RtError `model_output` when the model gave no finite direction (NaN or all zeros): such a vector would poison
 * every search it takes part in.
 */
export const pool = (target: Float32Array, input: PoolInput): void => {
  const { hidden, width, dimensions, row, length, pooling, normalize } = input
  const start = row * width * dimensions
  // Of tokens: those from `first` on.
  const first = pooling === 'last' ? length - 1 : 0
  const count = pooling === 'mean' ? length : 1
  const kept = target.length
  let squares = 0
  for (let d = 0; d < kept; d++) {
    let sum = 0
    for (let t = first; t < first + count; t++) sum += hidden[start + t * dimensions + d]!
    target[d] = sum / count
    squares += (sum / count) ** 2
  }
  const norm = Math.sqrt(squares)
  if (!Number.isFinite(norm) || norm === 0)
    throw new RtError({
      code: 'model_output',
      message: `the embedding model returned a vector of length ${norm}, which has no direction.`,
      hint: 'Check that the model file is whole and that its pooling is the one it was trained with.',
    })
  if (normalize) for (let d = 0; d < kept; d++) target[d]! /= norm
}
