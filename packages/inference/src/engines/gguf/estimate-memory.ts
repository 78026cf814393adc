import { stat } from 'node:fs/promises'
import type { GgufModelFiles } from '../../driver-kit/gguf/read-gguf-model.ts'
import { TENSOR_TYPES } from '../../driver-kit/gguf/tensor-types.ts'
import type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
import { checkAdapters } from './check-adapters.ts'
import { checkModel } from './check-model.ts'
import { checkNumbers, checkTextLength, contextSize, textLength } from './context-size.ts'
import { kvBytes, type KvShape } from './kv-bytes.ts'
import { DEFAULT_SEQUENCES, type GgufModelOptions, PIECE } from './options.ts'
import { vectorBatch } from './vector-batch.ts'
import type { VectorLoad } from './vector-options.ts'

/** Measured beside weights and caches: the vocabulary, in native code and in JavaScript. */
const BESIDE = 48e6
const FLOAT = 4

/** What a model that writes would take. The file is checked as for loading, and nothing native sees it. */
export const estimateMemory = async (options: GgufModelOptions): Promise<MemoryEstimate> => {
  checkNumbers(options)
  const { sequences = DEFAULT_SEQUENCES, kvBudgetBytes = Infinity, adapters = [] } = options
  const files = await checkModel(options)
  await checkAdapters(options.id, adapters, files.header)
  const shape = shapeOf(files)
  const contextTokens = contextSize(options, shape.trained)
  const each = kvBytes(shape, contextTokens)
  const sizes = await Promise.all(adapters.map(({ path }) => stat(path).then(({ size }) => size)))
  return {
    weightsBytes: sizes.reduce((sum, size) => sum + size, files.bytes),
    // One cache more while a shared context takes the place of a single one.
    kvBytes: {
      least: each,
      most: Math.max(each, Math.min(each * (sequences + (sequences > 1 ? 1 : 0)), kvBudgetBytes)),
    },
    // Both contexts have buffers then.
    otherBytes: BESIDE + copiedBytes(files) + 2 * bufferBytes(shape, contextTokens, Math.min(PIECE, contextTokens)),
    ...(options.contextTokens !== undefined && { contextTokens }),
  }
}

/** The same of an embedder or a reranker. */
export const estimateVectors = async (
  options: Pick<VectorLoad, 'id' | 'path' | 'maxTokens' | 'task' | 'pooling'>,
): Promise<MemoryEstimate> => {
  checkTextLength(options)
  const files = await checkModel(options)
  const shape = shapeOf(files)
  const tokens = textLength(options, shape.trained)
  const batch = vectorBatch(options, files.header, tokens)
  const cache = shape.writes ? kvBytes(shape, tokens) : 0
  return {
    weightsBytes: files.bytes,
    kvBytes: { least: cache, most: cache },
    // One that could write computes what it would write, for every token of the batch.
    otherBytes:
      BESIDE +
      copiedBytes(files) +
      bufferBytes({ ...shape, vocabulary: 2 * (shape.writes ? shape.vocabulary : 0) }, tokens, batch),
  }
}

interface Shape extends KvShape {
  trained: number
  vocabulary: number
  heads: number
  width: number
  inner: number
  /** It has a cache, and says which token comes next. */
  writes: boolean
}

const shapeOf = ({ header: { metadata, vocabulary = 0 } }: GgufModelFiles): Shape => {
  const architecture = String(metadata.get('general.architecture'))
  const says = (key: string): unknown => metadata.get(`${architecture}.${key}`)
  const largest = (key: string): number => Math.max(0, ...[says(key)].flat().map((value) => Number(value ?? 0)))
  const one = (key: string): number | undefined => largest(key) || undefined
  const shared = says('attention.head_count_kv')
  const width = largest('embedding_length')
  return {
    block_count: one('block_count'),
    embedding_length: one('embedding_length'),
    attention: {
      head_count: one('attention.head_count'),
      head_count_kv: Array.isArray(shared) ? shared.map(Number) : one('attention.head_count_kv'),
      key_length: one('attention.key_length'),
      value_length: one('attention.value_length'),
    },
    trained: one('context_length') ?? Infinity,
    vocabulary,
    heads: largest('attention.head_count'),
    width,
    inner: largest('feed_forward_length') || 4 * width,
    writes: says('attention.causal') !== false,
  }
}

/** Of a step: what goes from layer to layer, what each token looks at, and what may come next. */
const bufferBytes = (
  { vocabulary, heads, width, inner }: Pick<Shape, 'vocabulary' | 'heads' | 'width' | 'inner'>,
  contextTokens: number,
  batch: number,
): number => batch * FLOAT * (vocabulary + 8 * width + 4 * inner + heads * contextTokens)

/**
 * Types of which llama.cpp v0.5.0 keeps a copy in the order its kernels read (`ggml_repack_get_optimal_repack_type`), by
 * their numbers: the file stays mapped beside it. Metal reads them as they are.
 */
const COPIED: Readonly<Record<string, readonly number[]>> = {
  // Q4_0, Q4_K, IQ4_NL, MXFP4.
  x64: [2, 12, 20, 39],
  // Q4_0, Q8_0, Q4_K, Q5_K, Q6_K, IQ4_NL.
  arm64: process.platform === 'darwin' ? [] : [2, 8, 12, 13, 14, 20],
}

const copiedBytes = ({ header: { weights } }: GgufModelFiles): number =>
  (COPIED[process.arch] ?? []).reduce((sum, type) => {
    const { block, bytes } = TENSOR_TYPES.get(type)!
    return sum + ((weights.get(type) ?? 0) / block) * bytes
  }, 0)
