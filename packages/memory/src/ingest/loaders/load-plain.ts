import { decodeUtf8 } from './decode-text.ts'
import type { PlainKind } from './kinds.ts'
import type { LoadedDocument } from './loaded-document.ts'

/** Markdown and text, kept as they are. A byte order mark stays in, so that offsets count it. */
export const loadPlain = (bytes: Uint8Array, kind: PlainKind): LoadedDocument => ({
  text: decodeUtf8(bytes),
  layout: kind,
  warnings: [],
})
