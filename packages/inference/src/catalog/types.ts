import type { RtError, Sampling } from '@rt/core'
import type { FileIdentity } from '@rt/node/files'
import type { GgufSummary } from '../driver-kit/gguf/summarize-gguf.ts'
import type { Sources } from './sources/source.ts'

export type ModelKind = 'chat' | 'embed' | 'rerank' | 'classify'
export type ModelEngine = 'gguf' | 'onnx'
/**
 * What a file is to its engine. Parts lie beside the model, where native code looks for them: the further files of a split
 * GGUF, external data of ONNX. `tokenizer-…` are files that the engine finds by their names beside the tokenizer
 * (`tokenizer_config.json`, `chat_template.jinja`, `generation_config.json`).
 */
export type FileRole = 'model' | 'tokenizer' | `part-${number}` | `tokenizer-${string}`

/** One file of a model, pinned by size and hash: every source must yield exactly these bytes. */
export interface CatalogFile {
  role: FileRole
  /** Name in the models folder. */
  name: string
  /** Without a sha256 it is what the file had when the table was written: for people, nothing is refused by it. */
  bytes?: number
  /**
   * 64 lower-case hex digits. Undefined for files that the hub alone has, and for models outside the catalog (`hf:`,
   * `https:`, a path), until they are fetched: what the hub says of it then is noted and holds from there on.
   */
  sha256?: string
  /** Tried in order after the caches of this machine; the syntax is in `parse-source.ts`. */
  sources: string[]
}

export interface CatalogEntry {
  name: string
  /** Other names people type, such as Ollama tags. */
  aliases: string[]
  kind: ModelKind
  engine: ModelEngine
  /** SPDX identifier; undefined = not known. */
  licence?: string
  /** Longest input in tokens, for chat with the answer; undefined = ask the file. */
  context?: number
  /** Of an embedding, as the model makes it. */
  dimensions?: number
  pooling?: 'cls' | 'mean' | 'last'
  /** Vectors are scaled to unit length. */
  normalize?: boolean
  /** Put before each text to embed. */
  prefixes?: { query: string; document: string }
  /** Of an embedder: raw cosine from which two texts count as related; the measurement stands beside the value. */
  relatedCosine?: number
  /** Of a classifier: what it tells apart, in its own order. */
  labels?: string[]
  /** Of a classifier: a text may have several of them. Default false. */
  multiLabel?: boolean
  /** Used where the request says nothing. */
  sampling?: Sampling
  /** What the user laid down for this name (`create`). */
  preset?: ModelPreset
  /** One sentence for a person who chooses. */
  note?: string
  files: CatalogFile[]
}

/** What a name of the user's adds to a model. The request's own values win. */
export interface ModelPreset {
  /** Instructions for conversations that bring none. */
  system?: string
  /** Turns laid before every conversation. */
  messages?: { role: 'system' | 'user' | 'assistant'; text: string }[]
  /** LoRA adapters, by path. */
  adapters?: { path: string; scale: number }[]
  /** Jinja chat template instead of the file's own. */
  template?: string
  stop?: string[]
  maxOutputTokens?: number
  /** Context window when it is loaded. */
  contextTokens?: number
}

/** A model whose files are here and have been checked. */
export interface ResolvedModel {
  entry: CatalogEntry
  /** Role to absolute path. */
  files: Partial<Record<FileRole, string>> & { model: string }
  /**
   * Of the files as they were hashed: give them to the engine, which refuses files that were replaced since then. Absent
   * for a path, which nobody checks, and in lists, where nothing is hashed.
   */
  stamps?: Partial<Record<FileRole, FileIdentity>>
}

export interface InstalledModel extends ResolvedModel {
  bytes: number
  /** False: a file lies in another program's cache and is used there. */
  owned: boolean
  /** Whose folder its weights lie in. `file`: the user pointed at them. */
  place: 'rt' | 'ollama' | 'lmstudio' | 'huggingface' | 'file'
  /** Of its newest file, milliseconds since 1970. */
  modifiedAt: number
  /** Further names the user gave it (`copy`). */
  names: string[]
}

/** All that is known of a model. Texts of `gguf` come from the file: untrusted. */
export interface ModelDescription {
  /** As it was asked for, when that is a name the user gave it. */
  aliasOf?: string
  entry: CatalogEntry
  /** Of all files, as far as they are known. */
  bytes: number
  /** Absent: it is not on this machine. */
  installed?: InstalledModel
  /** Of an installed GGUF file. */
  gguf?: GgufSummary
}

export interface Recommendation {
  entry: CatalogEntry
  fits: boolean
  /** One sentence with the figures. */
  why: string
  /** Memory it takes when it runs, estimated. */
  needsBytes: number
}

export interface PullProgress {
  model: string
  file: string
  /** `local`, or the source as the catalog writes it. */
  source: string
  phase: 'downloading' | 'verifying'
  /** Bytes. `total` is 0 when the source does not say. */
  done: number
  total: number
}

/** What happened to a file. The ids of `warning` are stable. */
export type PullEvent =
  | { type: 'trying'; model: string; file: string; source: string }
  | {
      type: 'warning'
      id: 'source_skipped' | 'source_failed' | 'checksum_mismatch'
      model: string
      file: string
      source: string
      reason: string
    }
  | { type: 'installed'; model: string; file: string; source: string; bytes: number }
  /** Of several files of a repository. `bytes` is missing where the hub does not say it. */
  | { type: 'chosen'; model: string; file: string; quantization?: string; bytes?: number; why: string }

export interface NameOptions {
  /** Also accept `hf:`, `https:` and file paths. Never set it for names that come over a network. Default false. */
  references?: boolean
  signal?: AbortSignal | undefined
}

export interface EnsureOptions extends NameOptions {
  /** The first and the last step of each phase of a file, and at most ten a second between. */
  onProgress?: (progress: PullProgress) => void
  onEvent?: (event: PullEvent) => void
}

export interface CreateOptions extends Omit<EnsureOptions, 'references'> {
  /** Where relative paths of the Modelfile begin. Default: the working folder. */
  folder?: string
}

export interface CreatedModel {
  name: string
  /** What it is made from. */
  model: string
  entry: CatalogEntry
  /** What of the Modelfile is not used, a sentence each. */
  warnings: string[]
}

export interface NotFoundOptions {
  /** Offer models of this kind only. Default: all. */
  kind?: ModelKind
  /** Whoever asks may also name `hf:` models. Default false. */
  references?: boolean
}

export interface RemovedModel {
  name: string
  /** Freed on the disk; 0 for a further name. */
  bytes: number
  /** It was a further name of this model, which stays. */
  aliasOf?: string
}

export interface Catalog {
  /** Where models are kept. */
  readonly folder: string
  /** Every model of the table, installed or not, with the further names the user gave it. */
  list(): CatalogEntry[]
  /** By name, alias or further name, case-insensitive. References become an entry of their own; undefined for all else. */
  find(name: string, options?: NameOptions): CatalogEntry | undefined
  /** Names near to this one, nearest first; at most three. */
  suggest(name: string): string[]
  /** The error to throw for an unknown name: what was meant, what is installed, what could be. */
  notFound(name: string, options?: NotFoundOptions): Promise<RtError>
  /** By name and size alone: nothing is hashed. */
  installed(options?: { signal?: AbortSignal | undefined }): Promise<InstalledModel[]>
  /**
   * Finds a model on this machine without network. A file is hashed the first time it is seen and again when its size,
   * time or inode changes. Undefined: unknown, incomplete or damaged.
   *
   * @throws RtError `invalid_request` for a name that no model can have.
   */
  locate(name: string, options?: NameOptions): Promise<ResolvedModel | undefined>
  /**
   * Finds a model or fetches it, trying its sources in order.
   *
   * @throws RtError `model_not_found`, `download_failed` (lists each source and why), `disk_full`, `invalid_request`, `aborted`.
   */
  ensure(name: string, options?: EnsureOptions): Promise<ResolvedModel>
  /**
   * Gives an installed model a further name; no bytes are copied. Names of the table cannot be taken.
   *
   * @throws RtError `model_not_found`, `not_found` (it is not installed), `invalid_request` (no name), `conflict` (taken).
   */
  copy(from: string, to: string, options?: NameOptions): Promise<{ name: string; model: string }>
  /**
   * Makes a model of the user's own out of a Modelfile (Ollama's): an installed model, which is fetched when it is missing,
   * with sampling, system text, messages and adapters under a name. No bytes are copied. An older one of that name is
   * replaced. Paths in it begin at `folder`. Never for texts that come over a network: they may name files.
   *
   * @throws RtError `invalid_request` naming the line, `conflict` (a name of the table), and what `ensure` throws.
   */
  create(name: string, modelfile: string, options?: CreateOptions): Promise<CreatedModel>
  /**
   * Takes a further name away, or deletes rt's own files of a model. Files in another program's cache stay.
   *
   * @throws RtError `not_found` when there is nothing of it here, `unsupported` when all of it belongs to another program,
   * `conflict` while it has further names: they would lead nowhere.
   */
  remove(name: string, options?: NameOptions): Promise<RemovedModel>
  /**
   * Entry, files and what a GGUF file says of itself. Nothing is hashed.
   *
   * @throws RtError `model_not_found`, `model_invalid` (a damaged file), `invalid_request`.
   */
  describe(name: string, options?: NameOptions): Promise<ModelDescription>
  /** The table, best first: what fits into this much memory, larger before smaller, then the rest. */
  recommend(options: { memoryBytes: number }): Recommendation[]
}

export interface CatalogOptions {
  /** Default: `RT_MODELS`, else `rt/models` in the user's cache folder. */
  folder?: string
  /** Default: the user's home. */
  home?: string
  /** Default: `process.env`. */
  env?: Record<string, string | undefined>
  /** Default: the table of `entries.ts`. */
  entries?: CatalogEntry[]
  /** Replaces single sources. */
  sources?: Partial<Sources>
  /** Of the Hugging Face hub, for gated models. Sent to the hub alone. Default: `HF_TOKEN` of `env`. */
  token?: string
  /** Replaces what asks the machine. */
  system?: Partial<CatalogSystem>
}

/** What the catalog asks the machine. */
export interface CatalogSystem {
  sha256File(
    path: string,
    options?: { signal?: AbortSignal | undefined; onProgress?: (done: number) => void },
  ): Promise<string>
  freeBytes(folder: string): Promise<number>
  /** Of the whole machine, or what its container may use: decides which quantization is chosen. */
  memoryBytes(): number
}
