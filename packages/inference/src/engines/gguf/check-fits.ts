import { formatBytes, RtError } from '@rt/core'
import { memoryBytes } from '../../driver-kit/memory-bytes.ts'
import { estimateMemory } from './estimate-memory.ts'
import type { GgufModelOptions } from './options.ts'

/**
 * Refuses a context that somebody asked for and no memory holds, before anything native is asked to make it. Without one
 * it is small, and the file is not read a second time.
 *
 * @throws RtError `invalid_request`.
 */
export const checkFits = async (options: GgufModelOptions, memory: number = memoryBytes()): Promise<void> => {
  const { id, contextTokens } = options
  if (contextTokens === undefined) return
  const { weightsBytes, kvBytes, otherBytes } = await estimateMemory(options)
  const needs = weightsBytes + kvBytes.least + otherBytes
  if (needs <= memory) return
  throw new RtError({
    code: 'invalid_request',
    message:
      `contextTokens is ${contextTokens}, for which "${id}" needs ${formatBytes(needs)} of memory (weights ` +
      `${formatBytes(weightsBytes)}, KV cache ${formatBytes(kvBytes.least)}, compute ${formatBytes(otherBytes)}), ` +
      `and this machine has ${formatBytes(memory)}.`,
    hint: 'Use a smaller contextTokens, or a smaller model.',
    data: { field: 'contextTokens', needsBytes: needs, memoryBytes: memory },
  })
}
