import { stat } from 'node:fs/promises'
import type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
import { checkModelFile } from './model-file/check-model-file.ts'
import type { OnnxModelOptions } from './open-model.ts'
import { DEFAULT_LIMITS } from './plan-batches.ts'

/** Measured with bge-small int8 beside its weights: the graph, the tokenizer, the kernels of the first run. */
const BESIDE = 80e6
/** The tokenizer as JavaScript, of each byte of its file. */
const TOKENIZER = 30
/** What onnxruntime keeps of a run, of each token and dimension: about 200 were measured on texts of 512 tokens. */
const PER_VALUE = 400
/** Where nobody says how wide a model is. */
const WIDE = 1024

/** What a model would take. Its file is checked as for loading, and nothing native sees it. */
export const estimateMemory = async ({
  id,
  modelPath,
  tokenizerPath,
  maxTokens,
  dimensions = WIDE,
}: Pick<OnnxModelOptions, 'id' | 'modelPath' | 'tokenizerPath' | 'maxTokens'> & {
  dimensions?: number
}): Promise<MemoryEstimate> => {
  const { weightsBytes } = checkModelFile(modelPath, id)
  const tokenizer = await stat(tokenizerPath).then(
    ({ size }) => size,
    () => 0,
  )
  const run = Math.max(maxTokens, DEFAULT_LIMITS.tokens) * dimensions * PER_VALUE
  return {
    weightsBytes,
    // A conversation's cache goes with its answer, and is part of what a run takes.
    kvBytes: { least: 0, most: 0 },
    otherBytes: BESIDE + tokenizer * TOKENIZER + run,
  }
}
