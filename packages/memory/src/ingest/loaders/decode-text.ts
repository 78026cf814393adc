import { describeBytes, isWide } from './describe-bytes.ts'
import { fault } from './loaded-document.ts'

/**
 * UTF-8, with its byte order mark left in, so that offsets are bytes of the file.
 *
 * @throws RtError saying what the bytes are instead.
 */
export const decodeUtf8 = (bytes: Uint8Array, kind = 'text'): string => {
  const other = bytes.length ? describeBytes(bytes) : undefined
  if (other === 'UTF-16 text') throw fault(`not ${kind} in UTF-8: it is UTF-16, save it as UTF-8`)
  if (bytes.includes(0)) throw fault(`not ${kind}: it is ${other ?? 'binary, with NUL bytes'}`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fault(`not ${kind}: ${other ? `it is ${other}` : 'it is not valid UTF-8'}`)
  }
}

/** Text of a format that is converted anyway: UTF-8, or UTF-16 with its mark. Marks are left out. */
export const decodeMarked = (bytes: Uint8Array, kind: string): string => {
  if (!isWide(bytes)) return decodeUtf8(bytes, kind).replace(/^\uFEFF/, '')
  try {
    return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes)
  } catch {
    throw fault(`not ${kind}: it is not valid UTF-16`)
  }
}
