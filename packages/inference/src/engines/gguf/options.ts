import type { CallOptions, LanguageModel, ModelCapabilities, ModelRequest, Sampling, StreamPart } from '@rt/core'
import type { FileIdentity } from '@rt/node/files'
import type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
import { type DefaultSampling, SAMPLING_OFF } from '../../driver-kit/sampling.ts'
import type { ModelState } from '../../host/model-state.ts'
import type { InfillRequest, TokenOptions } from './infill-options.ts'
import type { GgufEmbedder, GgufEmbedderOptions, GgufReranker, GgufRerankerOptions } from './vector-options.ts'

export interface GgufEngineOptions {
  /** Threads that compute. Default: the processor's cores as llama.cpp counts them. */
  threads?: number
  /** Added to the environment of the host process. */
  env?: Record<string, string>
  /**
   * Where key-value caches of threads (requests with `cacheKey` and principal) are saved when their sequence is taken, when
   * the model rests and when it is let go. They hold the tokens of conversations: name a folder of this user alone, with one
   * engine. Default: nothing is saved.
   */
  kvFolder?: string | undefined
  /** Most bytes of them; the least recently used is deleted first. 0 = none, and those there are are deleted. Default 1 GB. */
  kvDiskBytes?: number | undefined
  /**
   * Guesses tokens where an answer repeats its prompt or itself, while measurements of the model say that it pays. A request
   * with a `seed` or `logprobs` goes without. Default true.
   */
  speculation?: boolean
}

/** A LoRA in a GGUF file of its own. */
export interface GgufAdapter {
  path: string
  /** How strongly it acts; 0 = not at all. Default 1. */
  scale?: number
}

export interface GgufModelOptions {
  /** As the user names it, e.g. `smollm2:135m`. */
  id: string
  /** The GGUF file. */
  path: string
  /**
   * Of the file as it was checked: `stamps.model` of the catalog. Another file under that path is `checksum_mismatch`
   * then. Default: whatever is there is taken.
   */
  stamp?: FileIdentity | undefined
  /** Further files of a split model, as they were checked. They are found beside the first by their names. Default: none. */
  parts?: { path: string; stamp?: FileIdentity | undefined }[]
  /** Context window in tokens, prompt and answer together. Default: the smaller of 4096 and what the model was trained for. */
  contextTokens?: number
  /** The model's own sampling defaults. A request's values win over these, these over {@link DEFAULT_SAMPLING}. */
  sampling?: Sampling
  /** Jinja chat template, instead of the file's own. */
  template?: string
  /** Changes to the weights, all of them at once. Default: none. */
  adapters?: readonly GgufAdapter[] | undefined
  /** Conversations kept in memory and answered side by side; each holds a key-value cache of its own. Default 4. */
  sequences?: number
  /**
   * Most bytes that the key-value caches of this model may hold at any moment; `sequences` is lowered to what fits, to one
   * at least. Default: what `sequences` need, and one cache more while a shared context takes the place of a single one.
   */
  kvBudgetBytes?: number
}

/** What is known about a loaded model. */
export interface GgufModelInfo {
  architecture: string
  /** Number of weights, where the file says it. */
  parameters?: number
  /** Size of the weights in bytes. */
  sizeBytes: number
  contextTokens: number
  trainContextTokens: number
  /** First 16 hex digits of the SHA-256 of the chat template in use. */
  templateHash: string
  /** It marks what it thinks before it answers. */
  reasoning: boolean
  /** It can write between two texts. */
  infill: boolean
}

/** How far a prompt has been read, in tokens. What the cache holds counts as read. */
export interface PrefillProgress {
  done: number
  total: number
}

export interface GgufStreamOptions extends CallOptions {
  /**
   * Told before the first piece of 64 prompt tokens, after each, and with `done` = `total` at the first token of the
   * answer. What it throws ends the stream with an error. Default: not told.
   */
  onPrefill?: ((progress: PrefillProgress) => void) | undefined
}

export interface GgufModel extends LanguageModel, AsyncDisposable {
  readonly info: GgufModelInfo
  readonly capabilities: ModelCapabilities & { infill: boolean }
  stream(request: ModelRequest, options?: GgufStreamOptions): AsyncIterable<StreamPart>
  redecode(callId: string, options?: CallOptions): AsyncIterable<StreamPart>
  /**
   * Writes what belongs between two texts, as parts of an answer. A warning `infill_cut` says that not all of them was
   * read; a model without the capability ends with `unsupported`.
   */
  infill(request: InfillRequest, options?: GgufStreamOptions): AsyncIterable<StreamPart>
  /** The numbers of the tokens of a text, without any at its beginning or end. */
  tokenize(text: string, options?: TokenOptions): Promise<number[]>
  /** @throws RtError `invalid_request` for a number that no token has. */
  detokenize(tokens: readonly number[], options?: TokenOptions): Promise<string>
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/** What only the host knows of it. */
export type HostModelState = Pick<
  ModelState,
  'weightsBytes' | 'kvBytes' | 'sequences' | 'running' | 'waiting' | 'batch' | 'speculation' | 'saved'
>

/** Runs GGUF files in one supervised child process. */
export interface GgufEngine extends AsyncDisposable {
  /** Undefined while the host does not run. */
  readonly pid: number | undefined
  /** Starts the host and loads llama.cpp, without a model. Optional: `load` does it too. */
  start(options?: { signal?: AbortSignal }): Promise<void>
  /**
   * Loads a model. After a crash of the host it is loaded again by itself at the next request.
   *
   * @throws RtError `model_not_found`, `model_invalid`, `model_unavailable` (memory), `checksum_mismatch` (the file was
   * replaced after it was checked, or while it was loaded), `invalid_request`.
   */
  load(options: GgufModelOptions, call?: { signal?: AbortSignal }): Promise<GgufModel>
  /**
   * Loads a model for vectors: an embedder, or any other, whose hidden states become the vectors. Throws as `load` does,
   * `unsupported` for one with encoder and decoder.
   */
  loadEmbedder(options: GgufEmbedderOptions, call?: { signal?: AbortSignal }): Promise<GgufEmbedder>
  /** Loads a reranker. Throws as `load` does, `unsupported` for a model that is none. */
  loadReranker(options: GgufRerankerOptions, call?: { signal?: AbortSignal }): Promise<GgufReranker>
  /**
   * What a model would take in memory, from the header of its file: nothing is loaded and no host started. Throws as `load`
   * does for files and options that are wrong.
   */
  estimate(options: GgufModelOptions): Promise<MemoryEstimate>
  /** The same of an embedder. */
  estimateEmbedder(options: GgufEmbedderOptions): Promise<MemoryEstimate>
  /** The same of a reranker. */
  estimateReranker(options: GgufRerankerOptions): Promise<MemoryEstimate>
  /**
   * Deletes what is held of a thread, or of all threads of a principal: its tokens in memory are used for nothing any more,
   * and what was saved of it is deleted. A request of it that is being answered goes on.
   */
  forget(of: { principal: string; thread?: string | undefined }): Promise<void>
  /** What the host takes in memory now, its models included, in bytes; undefined while it does not run. */
  memoryBytes(): Promise<number | undefined>
}

/**
 * Sampling of this engine where neither request nor model says otherwise. Without a seed every answer at a temperature
 * above 0 draws a new one. Penalties look at the last 64 tokens of the answer, not at the prompt.
 */
export const DEFAULT_SAMPLING: DefaultSampling = {
  temperature: 0,
  topP: 0.95,
  topK: 40,
  minP: 0,
  repeatPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  ...SAMPLING_OFF,
}

/** Context window of a conversation when nothing is said, where the model was trained for so much. */
export const DEFAULT_CONTEXT = 4096

/** Conversations of a model when nothing is said. */
export const DEFAULT_SEQUENCES = 4

/** Prompts are read in pieces of this many tokens, so nothing is gained by a larger batch, which would only hold memory. */
export const PIECE = 64

/** What the child streams: parts of the answer and, where asked for, how far the prompt is read. */
export type GenerateEvent = StreamPart | ({ type: 'prefill' } & PrefillProgress)

export interface GenerateParams {
  load: LoadParams
  request: ModelRequest
  /** Stream `prefill` events too. */
  progress: boolean
}

export interface InfillParams {
  load: LoadParams
  request: InfillRequest
  progress: boolean
}

export interface RedecodeParams {
  load: LoadParams
  callId: string
}

/** What the parent tells the child with every request, so that a fresh child needs no history. */
export interface LoadParams extends GgufModelOptions {
  /** Identity of the handle: two loads of one file are two models. */
  key: string
  threads?: number
  /** Where caches of threads are saved, and most bytes of them. */
  kv?: { folder: string; bytes: number }
  /** False: no token is guessed. */
  speculation?: boolean
}
