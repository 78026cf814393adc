/** What one document may cost. Beyond it that document fails with a reason, and the others go on. */
export interface DocumentLimits {
  /** Size of a file that is parsed. Default 50 MB; Markdown, text and source code: 20 MB. */
  inputBytes: number
  /** Text that comes out. Default 20 MB. */
  textBytes: number
  /** Default 60 s. */
  timeMs: number
  /** JavaScript memory of the parser. Default 256 MB. */
  heapMegabytes: number
  /** Growth of the parser's process meanwhile, which also counts what JavaScript's limit does not. Default 1 GB. */
  processBytes: number
  /** Default 5,000. */
  pdfPages: number
  /** All entries of a DOCX unpacked. Default 200 MB. */
  unpackedBytes: number
  /** Default 10,000. */
  zipEntries: number
}

export const DOCUMENT_LIMITS: Readonly<DocumentLimits> = {
  inputBytes: 50_000_000,
  textBytes: 20_000_000,
  timeMs: 60_000,
  heapMegabytes: 256,
  processBytes: 1_000_000_000,
  pdfPages: 5000,
  unpackedBytes: 200_000_000,
  zipEntries: 10_000,
}
