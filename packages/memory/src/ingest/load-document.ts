import { basename } from 'node:path'
import { throwIfAborted } from '@rt/core'
import { chunkLoaded } from './chunkers/chunk-loaded.ts'
import type { FoundFile } from './find-files.ts'
import { isConverted, isParsed, type DocumentKind } from './loaders/kinds.ts'
import { loadPlain } from './loaders/load-plain.ts'
import type { LoadFailure } from './loaders/loaded-document.ts'
import { toReason } from './loaders/to-reason.ts'
import type { DocumentLimits } from './parser/document-limits.ts'
import type { DocumentParser } from './parser/document-parser.ts'
import type { ParsedDocument } from './parser/protocol.ts'

/** Larger files of text are data or logs. */
const MOST_PLAIN_BYTES = 20_000_000

export const mostBytes = (kind: DocumentKind, limits: DocumentLimits): number =>
  isConverted(kind) ? limits.inputBytes : MOST_PLAIN_BYTES

/** Version of how a kind is read and cut: a file is taken again when it is another than last time. */
export const chunkerOf = (kind: DocumentKind, words: number): string =>
  kind === 'markdown' || kind === 'text' ? `heading-aware/1/${words}` : `${kind}/1/${words}`

/**
 * Bytes to chunks: Markdown and text here, everything else in a process of its own. Whatever a file does to its reader
 * is that file's failure; only an abort is thrown.
 */
export const loadDocument = async (
  { path, kind }: FoundFile,
  bytes: Uint8Array,
  {
    parser,
    limits,
    words,
    signal,
  }: { parser: DocumentParser; limits: DocumentLimits; words: number; signal: AbortSignal | undefined },
): Promise<ParsedDocument | LoadFailure> => {
  try {
    if (isParsed(kind)) return await parser.parse({ kind, name: basename(path), bytes, words, limits }, signal)
    const loaded = loadPlain(bytes, kind)
    return { chunks: chunkLoaded(loaded, words), warnings: loaded.warnings }
  } catch (error) {
    throwIfAborted(signal)
    return { reason: toReason(error) }
  }
}
