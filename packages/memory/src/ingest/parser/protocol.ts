import type { Chunk } from '../chunkers/heading-aware.ts'
import type { LoadFailure } from '../loaders/loaded-document.ts'
import type { ParsedKind } from '../loaders/kinds.ts'
import type { DocumentLimits } from './document-limits.ts'

export interface ParseRequest {
  kind: ParsedKind
  /** The file's name without its folder. */
  name: string
  bytes: Uint8Array
  /** Words a chunk aims for. */
  words: number
  limits: DocumentLimits
}

export interface ParsedDocument {
  chunks: Chunk[]
  warnings: string[]
}

export type ParseResponse = ParsedDocument | LoadFailure

/** The last words of a process that grew beyond its limit, on stderr. */
export const OVER_MEMORY = 'rt: more memory than a document may take\n'
