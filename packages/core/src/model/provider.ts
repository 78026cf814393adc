import type { ModelEntry } from '../port/ports.ts'
import type { CallOptions } from './call-options.ts'
import type { EmbeddingModel } from './embedding-model.ts'
import type { LanguageModel } from './language-model.ts'
import type { Reranker } from './reranker.ts'

/** Models behind one remote API. Nothing is imported and nothing is sent before the first call. */
export interface Provider {
  /** As configured, e.g. `anthropic`; its models are called `anthropic/<model>`. */
  readonly id: string
  languageModel(model: string): LanguageModel
  /** Absent: it has none. */
  embeddingModel?(model: string): EmbeddingModel
  reranker?(model: string): Reranker
  /** What the API lists. */
  list?(options?: CallOptions): Promise<ModelEntry[]>
}
