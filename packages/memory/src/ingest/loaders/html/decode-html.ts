import { isWide } from '../describe-bytes.ts'
import { decodeMarked } from '../decode-text.ts'

/**
 * As a browser does: by byte order mark, by what the page says of itself, as UTF-8 if it is valid, else as windows-1252,
 * which every byte is valid in.
 */
export const decodeHtml = (bytes: Uint8Array): string => {
  if (isWide(bytes)) return decodeMarked(bytes, 'HTML')
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString('latin1')
  const said = /<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})/i.exec(head)?.[1]
  for (const charset of ['utf-8', said ?? 'windows-1252']) {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes)
    } catch {
      // Not that one, or not one Node knows.
    }
  }
  return new TextDecoder('windows-1252').decode(bytes)
}
