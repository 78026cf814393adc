import { createHash } from 'node:crypto'
import type { GgufHeader } from './read-gguf-header.ts'

/** What a GGUF file says of its model. Absent: it does not say it. The texts are the file's: untrusted. */
export interface GgufSummary {
  architecture?: string
  /** Number of weights. */
  parameters: number
  /** E.g. `Q4_K_M`. */
  quantization?: string
  /** Longest context it was trained for, in tokens. */
  contextTokens?: number
  embeddingLength?: number
  layers?: number
  /** First 16 hex digits of the SHA-256 of its chat template. */
  templateHash?: string
  /** Of an embedder or a reranker; the others write. */
  kind?: 'embed' | 'rerank'
  licence?: string
}

/** llama.cpp's numbers of what becomes of the last layer; without one the model writes. */
const POOLING_RANK = 4
/** They see a whole text at once and write none. */
const ENCODERS = /^(?:nomic-|jina-|modern-|neo)?bert(?:-|$)|^(?:eurobert|gemma-embedding)$/

/** `general.file_type` of llama.cpp v0.5.0 to the names people know. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  36: 'TQ1_0',
  37: 'TQ2_0',
  38: 'MXFP4',
  39: 'NVFP4',
  40: 'Q1_0',
  41: 'Q2_0',
}

export const summarizeGguf = ({ metadata, parameters, dominantType }: GgufHeader): GgufSummary => {
  const text = (key: string): string | undefined => {
    const value = metadata.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const architecture = text('general.architecture')?.slice(0, 64)
  const count = (key: string): number | undefined => {
    const value = Number(metadata.get(`${architecture}.${key}`))
    return Number.isSafeInteger(value) && value > 0 ? value : undefined
  }
  const template = text('tokenizer.chat_template')
  const quantization = FILE_TYPES[Number(metadata.get('general.file_type'))] ?? dominantType
  const contextTokens = count('context_length')
  const embeddingLength = count('embedding_length')
  const layers = count('block_count')
  const pooling = count('pooling_type')
  const kind = pooling === POOLING_RANK ? 'rerank' : pooling || ENCODERS.test(architecture ?? '') ? 'embed' : undefined
  const licence = text('general.license')?.slice(0, 60)
  return {
    ...(architecture && { architecture }),
    parameters,
    ...(quantization && { quantization }),
    ...(contextTokens && { contextTokens }),
    ...(embeddingLength && { embeddingLength }),
    ...(layers && { layers }),
    ...(template && { templateHash: createHash('sha256').update(template).digest('hex').slice(0, 16) }),
    ...(kind && { kind }),
    ...(licence && { licence }),
  }
}
