import type { PrivacyLabel } from '../message/message.ts'
import type { CallOptions, Principal } from './call-options.ts'

export interface EmbedOptions extends CallOptions {
  /** Models with prefixes treat the two differently. Default `document`. */
  kind?: 'query' | 'document'
  /** Who asks: limits and budgets are counted for it. Default `local`. */
  principal?: Principal
  /** Of the texts. The runtime gives `local-only` to no embedder elsewhere; drivers are told of no label. */
  label?: PrivacyLabel
}

export interface Embeddings {
  /** One per text, in order; unit length. */
  vectors: Float32Array[]
  /** Tokens read, after truncation. */
  tokens: number
  /** Indices of texts longer than `maxTokens`, which were cut. */
  truncated: number[]
}

export interface EmbeddingModel {
  readonly id: string
  /** Runs on this machine: texts do not leave it. */
  readonly local: boolean
  /** Changes whenever vectors would: weights, pooling, prefixes. Stamped on collections. */
  readonly fingerprint: string
  readonly dimensions: number
  /** Longest text in tokens; longer ones are cut. */
  readonly maxTokens: number
  /** Raw cosine from which two texts count as related. Measured for each model; undefined = not known. */
  readonly relatedCosine?: number
  embed(texts: string[], options?: EmbedOptions): Promise<Embeddings>
}
