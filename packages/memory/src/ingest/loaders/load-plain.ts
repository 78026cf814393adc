import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { loadCode } from './code/load-code.ts'
import { decodeUtf8 } from './decode-text.ts'
import type { DocumentKind, ParsedKind } from './kinds.ts'
import type { LoadedDocument, LoadFailure } from './loaded-document.ts'

/** Files whose text is kept as it is: Markdown, text and source code. A byte order mark stays in, so that offsets count it. */
export const loadPlain = (
  bytes: Uint8Array,
  kind: Exclude<DocumentKind, ParsedKind>,
  { path, words }: { path: string; words: number },
): LoadedDocument | LoadFailure => {
  try {
    if (kind === 'code') return loadCode(bytes, basename(path).normalize('NFC'), words)
    return { text: decodeUtf8(bytes), layout: kind, warnings: [] }
  } catch (error) {
    if (RtError.isInstance(error)) return { reason: error.message }
    throw error
  }
}
