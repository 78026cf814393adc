import { chunkLoaded } from '../chunkers/chunk-loaded.ts'
import { loadCode } from '../loaders/code/load-code.ts'
import { loadCsv } from '../loaders/csv/load-csv.ts'
import { loadDocx } from '../loaders/docx/load-docx.ts'
import { loadHtml } from '../loaders/html/load-html.ts'
import { loadJson } from '../loaders/json/load-json.ts'
import { isConverted, type ParsedKind } from '../loaders/kinds.ts'
import type { Loader } from '../loaders/loaded-document.ts'
import { loadPdf } from '../loaders/pdf/load-pdf.ts'
import { toReason } from '../loaders/to-reason.ts'
import type { ParseRequest, ParseResponse } from './protocol.ts'
import { tooMuchText } from './too-much-text.ts'

const LOADERS: { [kind in ParsedKind]: Loader } = {
  code: async ({ bytes, name, words }) => loadCode(bytes, name.normalize('NFC'), words),
  csv: loadCsv,
  docx: loadDocx,
  html: loadHtml,
  json: loadJson,
  pdf: loadPdf,
}

/** Bytes to chunks, in the process of the parser. Never throws: a file that cannot be read is data. */
export const parseDocument = async (request: ParseRequest): Promise<ParseResponse> => {
  try {
    const document = await LOADERS[request.kind](request)
    const bytes = Buffer.byteLength(document.text)
    if (bytes > request.limits.textBytes) throw tooMuchText(request.limits.textBytes)
    const chunks = chunkLoaded(document, request.words)
    // A file of code may well be empty.
    const empty = isConverted(request.kind) && chunks.length === 0 && document.warnings.length === 0
    return { chunks, warnings: empty ? ['there is no text in it'] : document.warnings }
  } catch (error) {
    return { reason: toReason(error) }
  }
}
