import type { Pooling } from '../../driver-kit/pooling.ts'
import type { ModelRequest, Prompt, Sampling } from '@rt/core'
import type { FileIdentity } from '@rt/node/files'
import type { ProviderChoice } from '../../driver-kit/execution-provider.ts'

/** All a child needs to open a model; each call carries it, so a restarted child loads the model by itself. */
export interface BaseSpec {
  id: string
  modelPath: string
  tokenizerPath: string
  maxTokens: number
  threads: number
  provider: ProviderChoice
  stamps?: { model?: FileIdentity | undefined; tokenizer?: FileIdentity | undefined } | undefined
}

/** A text to one vector. */
export interface EmbedderSpec extends BaseSpec {
  task: 'embed'
  pooling: Pooling
  normalize: boolean
  /** Of the model. Default: what it gives. */
  dimensions?: number | undefined
  /** So many of them are kept. */
  cutTo?: number | undefined
}

/** A text, or a pair of texts, to one number for each label. */
export interface ScorerSpec extends BaseSpec {
  task: 'score'
  labels: number
  /** Reads two texts at a time. */
  pairs: boolean
}

/** A conversation to text. */
export interface WriterSpec extends BaseSpec {
  task: 'write'
  /** Jinja, instead of the model's own. */
  template?: string | undefined
  /** The model's own values, where a request says nothing. */
  sampling?: Sampling | undefined
  /** Conversations answered side by side. */
  sequences: number
}

export type ModelSpec = EmbedderSpec | ScorerSpec | WriterSpec

export interface LoadParams {
  spec: ModelSpec
  /** Also hash the files. */
  hash: boolean
}

export interface LoadResult {
  /** sha256 of model, tokenizer and files of external data, when asked for. */
  hashes: string[]
  /** Of one token in the slowest run so far. */
  msPerToken: number
  /** Of an embedder: length of its vectors, after the cut. */
  dimensions?: number
  /** Of a model that writes: SHA-256 of its chat template, in hex. */
  templateHash?: string
}

export interface EmbedParams {
  spec: EmbedderSpec
  /** With their prefix. */
  texts: string[]
}

/** What every run of texts reports. */
export interface RunResult {
  tokens: number
  truncated: number[]
  msPerToken: number
}

export interface EmbedResult extends RunResult {
  /** All vectors one after the other, in input order. */
  vectors: Float32Array
}

export interface ScoreParams {
  spec: ScorerSpec
  /** With `pair` each text is the second half of a pair with it. */
  texts: string[]
  pair?: string | undefined
}

export interface ScoreResult extends RunResult {
  /** `labels` numbers for each text, as the model gives them. */
  logits: Float32Array
}

export interface UnloadParams {
  spec: ModelSpec
}

export interface StateParams {
  spec: ModelSpec
}

/** Undefined when the model is not loaded. */
export interface StateResult {
  weightsBytes: number
  /** Of a model that writes. */
  writing?: { kvBytes: number; running: number; waiting: number; msPerToken: number }
}

export interface CountParams {
  spec: WriterSpec
  prompt: Prompt
}

export interface WriteParams {
  spec: WriterSpec
  request: ModelRequest
}
