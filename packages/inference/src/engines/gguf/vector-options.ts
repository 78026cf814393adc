import type { EmbeddingModel, Reranker } from '@rt/core'
import type { FileIdentity } from '@rt/node/files'
import type { Pooling } from '../../driver-kit/pooling.ts'
import type { ModelState } from '../../host/model-state.ts'

/** llama.cpp's numbers. */
export const POOLING_NUMBERS = { mean: 1, cls: 2, last: 3 } as const

/** Longest text when nothing is said, where the model was trained for so much. */
export const DEFAULT_TOKENS = 2048

interface VectorModelOptions {
  /** As the user names it. */
  id: string
  /** The GGUF file. */
  path: string
  /** Of the file as it was checked: `stamps.model` of the catalog. Default: whatever is there is taken. */
  stamp?: FileIdentity | undefined
  /** Longest text in tokens; longer ones are cut. Default: the smaller of 2048 and what the model was trained for. */
  maxTokens?: number
}

export interface GgufEmbedderOptions extends VectorModelOptions {
  /** Default: as the file says; where it says nothing, as in models for chat, `last`. */
  pooling?: Pooling | undefined
  /** Put before every text of that kind, and counted as its tokens. Default: none. */
  prefixes?: { query?: string; document?: string } | undefined
  /** What the model is said to have: another number is `model_invalid`. Default: not checked. */
  dimensions?: number | undefined
  /** Keep only the first so many numbers of each vector, of a model that was trained for it (Matryoshka). Default: all. */
  cutTo?: number | undefined
  /** Raw cosine from which two texts count as related. Default: not known. */
  relatedCosine?: number | undefined
  /** Of the file, as it was checked together with `stamp`. Default: the file is read for it. */
  sha256?: string | undefined
}

export type GgufRerankerOptions = VectorModelOptions

interface Held extends AsyncDisposable {
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/** Disposing frees the weights; the engine stays. */
export interface GgufEmbedder extends EmbeddingModel, Held {}

/** Disposing frees the weights; the engine stays. */
export interface GgufReranker extends Reranker, Held {}

/** What the parent tells the child with every request, so that a fresh child needs no history. */
export interface VectorLoad extends VectorModelOptions {
  task: 'embed' | 'rank'
  /** Identity of the handle. */
  key: string
  threads?: number | undefined
  pooling?: Pooling | undefined
}

export interface VectorInfo {
  maxTokens: number
  /** Of an embedder. */
  dimensions: number
}

export interface EmbedResult {
  /** One per text: numbers of 32 bits, little-endian, in base64. As JSON they would take four times the space. */
  vectors: string[]
  tokens: number
  truncated: number[]
}
