import type { PrivacyLabel } from '../message/message.ts'
import type { StreamPart } from '../message/stream-part.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'
import type { EmbedOptions, Embeddings } from '../model/embedding-model.ts'
import type { ModelRequest, ToolSpec } from '../model/language-model.ts'
import type { RerankResult } from '../model/reranker.ts'

/** A chat turn as a wire hands it over. Tools here are the client's: calls to them go back to it unexecuted. */
export interface ChatRequest extends Omit<ModelRequest, 'tools' | 'cacheKey'> {
  /** Name or alias; undefined = the default. */
  model?: string
  tools?: ToolSpec[]
  principal: Principal
  /** Continue (and keep) this thread. */
  thread?: string
  /** Put retrieved passages before the model: true = the default collection, or its name. */
  retrieve?: boolean | string
  /** Names of tools of the runtime that may be used. */
  serverTools?: string[]
  /** Of these messages, as in TurnRequest. */
  label?: PrivacyLabel
}

/** Port of the chat wires. Never throws: failures are terminal parts. */
export interface Chat {
  chat(request: ChatRequest, options?: CallOptions): AsyncIterable<StreamPart>
}

/** Port of the embedding wires. */
export interface EmbeddingsPort {
  embeddings(
    model: string | undefined,
    texts: string[],
    options?: EmbedOptions,
  ): Promise<Embeddings & { model: string }>
}

export interface RankingOptions extends CallOptions {
  /** Most results. Default: all documents. */
  topK?: number
  /** Who asks: limits and budgets are counted for it. Default `local`. */
  principal?: Principal
  /** Of query and documents: `local-only` gives them to no reranker elsewhere. */
  label?: PrivacyLabel
}

/** Port of the rerank wires. */
export interface RankingPort {
  /** Best first. `model` undefined = the default reranker. */
  ranking(
    model: string | undefined,
    query: string,
    documents: string[],
    options?: RankingOptions,
  ): Promise<{ model: string; results: RerankResult[] }>
}

export interface ModelEntry {
  id: string
  kind: 'chat' | 'embed' | 'rerank' | 'classify'
  /** Seconds since 1970. */
  created: number
  ownedBy: string
}

/** Port of the model lists: installed and configured models only. */
export interface ModelsPort {
  models(): Promise<ModelEntry[]>
}

export interface HealthReport {
  status: 'ok' | 'loading' | 'draining' | 'degraded'
  detail?: string
}

export interface HealthPort {
  health(): HealthReport
}
