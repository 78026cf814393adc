import { RtError } from '@rt/core'
import type { DocumentLimits } from '../parser/document-limits.ts'
import type { Section } from '../chunkers/sections.ts'

/** What a loader makes of a file. */
export interface LoadedDocument {
  /** The text that is cut into chunks: the file's own, or what it was converted to. */
  text: string
  /** How the text is cut: by its own headings, by paragraphs, or as the loader says. */
  layout: 'markdown' | 'text' | Section[]
  /** What the user should know although the file was read. */
  warnings: string[]
}

/** A file that is not ingested, and why. */
export interface LoadFailure {
  reason: string
}

/**
 * Reads one format. It may throw anything; what it throws with `fault` is told as it is. Runs in the process of the
 * parser only.
 */
export type Loader = (file: {
  bytes: Uint8Array
  name: string
  /** Words a chunk aims for. */
  words: number
  limits: DocumentLimits
}) => Promise<LoadedDocument>

/** Ends the reading of one file. `reason` completes "file: …": lower case, without a full stop. */
export const fault = (reason: string): RtError => new RtError({ code: 'invalid_request', message: reason })
