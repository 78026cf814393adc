import { basename } from 'node:path'
import { chunkLoaded } from './chunkers/chunk-loaded.ts'
import type { FoundFile } from './find-files.ts'
import { isParsed, type DocumentKind } from './loaders/kinds.ts'
import { loadPlain } from './loaders/load-plain.ts'
import type { LoadFailure } from './loaders/loaded-document.ts'
import type { DocumentLimits } from './parser/document-limits.ts'
import type { DocumentParser } from './parser/document-parser.ts'
import type { ParsedDocument } from './parser/protocol.ts'

/** Larger files of text are data or logs. */
const MOST_PLAIN_BYTES = 20_000_000

export const mostBytes = (kind: DocumentKind, limits: DocumentLimits): number =>
  isParsed(kind) ? limits.inputBytes : MOST_PLAIN_BYTES

/** Version of how a kind is read and cut: a file is taken again when it is another than last time. */
export const chunkerOf = (kind: DocumentKind, words: number): string =>
  kind === 'markdown' || kind === 'text' ? `heading-aware/1/${words}` : `${kind}/1/${words}`

/** Bytes to chunks: what is plain text here, everything else in the worker. */
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
  if (isParsed(kind)) return parser.parse({ kind, name: basename(path), bytes, words, limits }, signal)
  const loaded = loadPlain(bytes, kind, { path, words })
  return 'reason' in loaded ? loaded : { chunks: chunkLoaded(loaded, words), warnings: loaded.warnings }
}
