import type { FileIdentity } from '@rt/node/files'

/** All a child needs to make vectors; each call carries it, so a restarted child loads the model by itself. */
export interface EmbedderSpec {
  id: string
  modelPath: string
  tokenizerPath: string
  pooling: Pooling
  normalize: boolean
  maxTokens: number
  dimensions: number
  threads: number
  stamps?: { model?: FileIdentity | undefined; tokenizer?: FileIdentity | undefined } | undefined
}

/** Which hidden states become the vector: that of the first token, or the mean over all tokens of the text. */
export type Pooling = 'cls' | 'mean'

export interface LoadParams {
  spec: EmbedderSpec
  /** Also hash the two files. */
  hash: boolean
}

export interface LoadResult {
  /** sha256 of model and tokenizer, when asked for. */
  hashes: string[]
}

export interface EmbedParams {
  spec: EmbedderSpec
  /** With their prefix. */
  texts: string[]
}

export interface EmbedResult {
  /** All vectors one after the other, in input order. */
  vectors: Float32Array
  tokens: number
  truncated: number[]
}

export interface UnloadParams {
  spec: EmbedderSpec
}

export interface StateParams {
  spec: EmbedderSpec
}

/** Undefined when the model is not loaded. */
export interface StateResult {
  weightsBytes: number
}
