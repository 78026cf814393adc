import type { GgufHeader } from '../../driver-kit/gguf/read-gguf-header.ts'
import { POOLING_NUMBERS, type VectorLoad } from './vector-options.ts'

/** Tokens of one batch: enough that no memory is lost on what a step gains nothing from. */
const USUAL = 512

/**
 * Tokens that a context for vectors reads at once. A text in more than one batch would end the process where all tokens
 * see each other, and be pooled over its last part: there it is the longest text.
 */
export const vectorBatch = (
  { task, pooling }: Pick<VectorLoad, 'task' | 'pooling'>,
  { metadata }: GgufHeader,
  maxTokens: number,
): number => {
  const says = (key: string): unknown => metadata.get(`${String(metadata.get('general.architecture'))}.${key}`)
  const pooled = pooling ? POOLING_NUMBERS[pooling] : Number(says('pooling_type') ?? 0)
  const whole =
    task === 'rank' || (pooled !== 0 && pooled !== POOLING_NUMBERS.last) || says('attention.causal') === false
  return whole ? maxTokens + 1 : Math.min(USUAL, maxTokens + 1)
}
