import { RtError } from '@rt/core'
import { chunkLoaded } from '../chunkers/chunk-loaded.ts'
import { loadCsv } from '../loaders/csv/load-csv.ts'
import { loadDocx } from '../loaders/docx/load-docx.ts'
import { loadHtml } from '../loaders/html/load-html.ts'
import { loadJson } from '../loaders/json/load-json.ts'
import type { ParsedKind } from '../loaders/kinds.ts'
import type { Loader } from '../loaders/loaded-document.ts'
import { loadPdf } from '../loaders/pdf/load-pdf.ts'
import type { ParseRequest, ParseResponse } from './protocol.ts'
import { tooMuchText } from './too-much-text.ts'

const LOADERS: { [kind in ParsedKind]: Loader } = {
  csv: loadCsv,
  docx: loadDocx,
  html: loadHtml,
  json: loadJson,
  pdf: loadPdf,
}

/** Bytes to chunks, in the worker. Never throws: a file that cannot be read is data. */
export const parseDocument = async (request: ParseRequest): Promise<ParseResponse> => {
  try {
    const document = await LOADERS[request.kind](request)
    const bytes = Buffer.byteLength(document.text)
    if (bytes > request.limits.textBytes) throw tooMuchText(request.limits.textBytes)
    const chunks = chunkLoaded(document, request.words)
    const warnings =
      chunks.length === 0 && document.warnings.length === 0 ? ['there is no text in it'] : document.warnings
    return { chunks, warnings }
  } catch (error) {
    if (RtError.isInstance(error)) return { reason: error.message }
    if (error instanceof RangeError) return { reason: 'nested too deeply, or too large, to be read' }
    return { reason: `damaged: its reader failed (${oneLine(error)})` }
  }
}

/** Messages of parsers may quote the document. */
const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 120)
