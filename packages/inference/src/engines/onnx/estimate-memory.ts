import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
import { checkModelFile } from './model-file/check-model-file.ts'
import { type OnnxModelOptions, requireWhole } from './open-model.ts'
import { DEFAULT_LIMITS } from './plan-batches.ts'
import { DEFAULT_SEQUENCES, type OnnxLanguageModelOptions, PIECE } from './writer-options.ts'

/** Measured with bge-small int8 beside its weights: the graph, the tokenizer, the kernels of the first run. */
const BESIDE = 80e6
/** The tokenizer as JavaScript, of each byte of its file. */
const TOKENIZER = 30
/** What onnxruntime keeps of a run, of each token and dimension: about 200 were measured on texts of 512 tokens. */
const PER_VALUE = 250
/** Where nobody says how wide a model is. */
const WIDE = 1024
const FLOAT = 4

/** What a model would take. Its file is checked as for loading, and nothing native sees it. */
export const estimateMemory = async (
  options: OnnxModelOptions & { dimensions?: number | undefined },
): Promise<MemoryEstimate> => {
  const { hidden_size: width } = await readConfig(options)
  const tokens = Math.max(options.maxTokens, DEFAULT_LIMITS.tokens)
  return {
    ...(await beside(options, tokens * (options.dimensions ?? width ?? WIDE) * PER_VALUE)),
    kvBytes: { least: 0, most: 0 },
  }
}

/** The same of a decoder. */
export const estimateWriter = async (options: OnnxLanguageModelOptions): Promise<MemoryEstimate> => {
  const config = await readConfig(options)
  const { hidden_size: width = WIDE, vocab_size = 0, num_hidden_layers: layers = 0 } = config
  const { num_attention_heads: heads = 1, num_key_value_heads: shared = heads, head_dim = width / heads } = config
  // A run makes the cache anew: while it does, the old one is there too.
  const each = 2 * 2 * layers * shared * head_dim * FLOAT * options.maxTokens
  return {
    ...(await beside(options, PIECE * (width * PER_VALUE + vocab_size * FLOAT))),
    kvBytes: { least: each, most: each * (options.sequences ?? DEFAULT_SEQUENCES) },
  }
}

const beside = async (
  { id, modelPath, tokenizerPath, maxTokens }: OnnxModelOptions,
  runBytes: number,
): Promise<Pick<MemoryEstimate, 'weightsBytes' | 'otherBytes'>> => {
  requireWhole(id, { maxTokens })
  const { weightsBytes } = checkModelFile(modelPath, id)
  const tokenizer = await stat(tokenizerPath).then(
    ({ size }) => size,
    () => 0,
  )
  return { weightsBytes, otherBytes: BESIDE + tokenizer * TOKENIZER + runBytes }
}

const SIZES = [
  'hidden_size',
  'vocab_size',
  'num_hidden_layers',
  'num_attention_heads',
  'num_key_value_heads',
  'head_dim',
] as const
const MOST_CONFIG = 1024 * 1024

/** Sizes of Hugging Face's config.json, as far as it is there and says them. */
const readConfig = async ({
  tokenizerPath,
}: Pick<OnnxModelOptions, 'tokenizerPath'>): Promise<Partial<Record<(typeof SIZES)[number], number>>> => {
  const path = join(dirname(tokenizerPath), 'config.json')
  try {
    if ((await stat(path)).size > MOST_CONFIG) return {}
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    return Object.fromEntries(
      SIZES.flatMap((name) =>
        Number.isSafeInteger(config[name]) && Number(config[name]) > 0 ? [[name, config[name]]] : [],
      ),
    )
  } catch {
    return {}
  }
}
