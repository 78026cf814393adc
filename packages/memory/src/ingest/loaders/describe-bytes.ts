// oxlint-disable no-control-regex -- the first bytes of files are what is matched here
/** What a file really is, by its first bytes; `undefined` when nothing is recognised. For messages: "it is …". */
export const describeBytes = (bytes: Uint8Array): string | undefined => {
  if (bytes.length === 0) return 'empty'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1')
  const known = SIGNATURES.find(([signature]) => signature.test(head))
  if (known) return known[1]
  if (/^(?:\xFF\xFE|\xFE\xFF)/.test(head)) return 'UTF-16 text'
  return HTML.test(head) ? 'HTML' : undefined
}

/** The same, where an answer is needed. */
export const nameBytes = (bytes: Uint8Array): string =>
  describeBytes(bytes) ?? (bytes.subarray(0, 4096).includes(0) ? 'binary data of an unknown kind' : 'plain text')

export const isWide = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

const HTML = /^(?:\xEF\xBB\xBF)?\s*(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])/i

const SIGNATURES: [RegExp, string][] = [
  [/^[^]{0,64}%PDF-/, 'a PDF'],
  [/^PK\x03\x04|^PK\x05\x06/, 'a ZIP archive'],
  [/^\x89PNG\r\n/, 'a PNG image'],
  [/^\xFF\xD8\xFF/, 'a JPEG image'],
  [/^GIF8[79]a/, 'a GIF image'],
  [/^RIFF[^]{4}WEBP/, 'a WebP image'],
  [/^(?:II\*\0|MM\0\*)/, 'a TIFF image'],
  [/^[^]{4}ftyp/, 'a video or image file (MP4, HEIC)'],
  [/^(?:ID3|OggS|fLaC|RIFF[^]{4}WAVE)/, 'an audio file'],
  [/^\x1F\x8B/, 'gzip data'],
  [/^(?:7z\xBC\xAF|Rar!)/, 'an archive'],
  [/^\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1/, 'an old Office document (.doc, .xls, .ppt)'],
  [/^\{\\rtf/, 'RTF'],
  [/^SQLite format 3\0/, 'a SQLite database'],
  [/^GGUF/, 'a GGUF model'],
  [/^(?:\x7FELF|MZ[^]{58})/, 'a program'],
]
