import type { Clock, Message } from '@rt/core'

export interface KServeEmbedding {
  /** Length of the vectors. */
  dimensions: number
  /** Name of the input that takes texts (BYTES). Default `text`. */
  input?: string
  /** Name of the output with the vectors, one a text. Default: the first. */
  output?: string
  /** Longest text in tokens. Default 512. */
  maxTokens?: number
  relatedCosine?: number
  /** Shape of the input for so many texts. Default `[count]`; batching models of Triton often want `[count, 1]`. */
  shape?: 'flat' | 'column'
  /** Most texts in one call. Default 32. */
  batch?: number
  /** Tensors as bytes. Default false. */
  binary?: boolean
}

export interface KServeModelOptions {
  /** Default: as the server's policy says. */
  version?: string
  /**
   * What a language model's words are called. `vllm` (default): Triton's vLLM backend. `tensorrt-llm`: the ensemble of
   * TensorRT-LLM's backend.
   */
  dialect?: 'vllm' | 'tensorrt-llm'
  /** Prompt and answer together. Default 8192. */
  contextTokens?: number
  /** Makes one text of the messages, in the model's own format. Default: their texts, with an empty line between them. */
  template?: (messages: Message[]) => string
  /**
   * Asks for the reason of the end and for token counts (vllm dialect). An answer that ends without a reason is then known
   * to be cut; otherwise the end of the connection is the end of the answer.
   */
  reports?: boolean
  /** Makes it an embedding model. */
  embedding?: KServeEmbedding
}

export interface KServeOptions {
  /** Its models are called `<id>/<model>`. Default `kserve`. */
  id?: string
  /** Up to and without `/v2`, e.g. `http://127.0.0.1:8000`. */
  baseURL: string
  /** Sent as `Authorization: Bearer`. */
  apiKey?: string
  /** By name. Language models need not be listed. */
  models?: Record<string, KServeModelOptions>
  /** Most milliseconds until an answer begins, or is there where it comes whole. Default 120,000. */
  timeoutMs?: number
  /** Most milliseconds of silence in the middle of an answer. Default 60,000. */
  idleMs?: number
  clock?: Clock
}
