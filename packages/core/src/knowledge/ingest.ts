import type { PrivacyLabel } from '../message/message.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'

export interface IngestOptions extends CallOptions {
  /** Whose documents they are. Default `local`. */
  principal?: Principal
  /** Delete documents whose file is gone from an ingested folder. Default false: they are only reported. */
  prune?: boolean
  /** Of these documents, kept with them; a document ingested again without it loses it. A remote embedder refuses `local-only`. */
  label?: PrivacyLabel
  /** Called after each file, and within long ones. */
  onProgress?: (progress: IngestProgress) => void
}

export interface IngestProgress {
  /** Files finished, of `files`. */
  done: number
  files: number
  /** Bytes of the files finished, and of all. */
  bytesDone: number
  bytes: number
  /** The file just finished, or being written. */
  source: string
  chunks: number
  embedded: number
}

/** What became of one file. */
export interface FileOutcome {
  source: string
  outcome: 'added' | 'changed' | 'unchanged' | 'failed'
  /** Why it failed. */
  reason?: string
  /** What else the user should know, such as pages without text. */
  warnings: string[]
  chunks: number
  bytes: number
  ms: number
}

export interface IngestReport {
  /** Files looked at: added + changed + unchanged + failed. */
  files: number
  added: number
  /** Content, chunk size, embedder or label is another than last time. */
  changed: number
  unchanged: number
  failed: { source: string; reason: string }[]
  /** One row a file, in order of source. */
  outcomes: FileOutcome[]
  /** Files of kinds that are not read. */
  skipped: number
  /** Documents whose file is gone from its folder; deleted only with `prune`. */
  removed: string[]
  /** Chunks of all these files, the unchanged ones included. */
  chunks: number
  /** Chunks embedded in this run: 0 when nothing changed. */
  embedded: number
  /** Chunks longer than the embedder reads; their end is found by keyword only. */
  truncated: number
  /** `keyword` when there was no embedder. */
  mode: 'hybrid' | 'keyword'
  ms: number
}

/** A document the knowledge holds. */
export interface DocumentInfo {
  collection: string
  /** As cited, e.g. `handbook/travel.md`. */
  source: string
  chunks: number
  /** `keyword` when it has no vectors. */
  mode: 'hybrid' | 'keyword'
  label?: PrivacyLabel
  /** Milliseconds since 1970. */
  updatedAt: number
}
