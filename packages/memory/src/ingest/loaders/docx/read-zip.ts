import { crc32, inflateRawSync } from 'node:zlib'
import type { RtError } from '@rt/core'
import type { DocumentLimits } from '../../parser/document-limits.ts'
import { fault } from '../loaded-document.ts'

export interface ZipEntry {
  name: string
  data: Uint8Array
}

/** Text of an office document packs to a tenth or a fiftieth; what packs better is a bomb, unless it is small. */
const MOST_RATIO = 250
const SMALL = 1_000_000

/**
 * The entries of an archive that `wanted` asks for, by its central directory alone. Sizes are checked before anything is
 * unpacked, and again by counting what comes out.
 *
 * @throws RtError for a bomb, an encrypted or damaged archive.
 */
export const readZip = (
  bytes: Uint8Array,
  limits: Pick<DocumentLimits, 'unpackedBytes' | 'zipEntries'>,
  wanted: (name: string) => boolean,
): ZipEntry[] => {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  try {
    const listed = readDirectory(archive, limits)
    return listed
      .filter(({ name }) => wanted(name))
      .map((entry) => ({ name: entry.name, data: unpack(archive, entry) }))
  } catch (error) {
    // Offsets that point outside of the file.
    if (error instanceof RangeError) throw damaged()
    throw error
  }
}

interface Listed {
  name: string
  method: number
  crc: number
  packed: number
  size: number
  offset: number
}

const readDirectory = (
  archive: Buffer,
  { unpackedBytes, zipEntries }: Pick<DocumentLimits, 'unpackedBytes' | 'zipEntries'>,
): Listed[] => {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw damaged()
  const count = archive.readUInt16LE(end + 10)
  if (count > zipEntries) throw bomb(`${count.toLocaleString('en')} entries`)
  const entries: Listed[] = []
  let at = archive.readUInt32LE(end + 16)
  let total = 0
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw damaged()
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset))
    const [crc, packed, size] = [16, 20, 24].map((offset) => archive.readUInt32LE(at + offset))
    if (archive.readUInt16LE(at + 8) & 1) throw fault('encrypted: it needs a password')
    total += size!
    if (total > unpackedBytes) throw bomb(`more than ${unpackedBytes / 1_000_000} MB`)
    if (size! > SMALL && size! > packed! * MOST_RATIO)
      throw bomb(`${Math.round(size! / Math.max(1, packed!))} times its size`)
    entries.push({
      name: archive.toString('utf8', at + 46, at + 46 + nameLength!),
      method: archive.readUInt16LE(at + 10),
      crc: crc!,
      packed: packed!,
      size: size!,
      offset: archive.readUInt32LE(at + 42),
    })
    at += 46 + nameLength! + extra! + comment!
  }
  return entries
}

const unpack = (archive: Buffer, { name, method, crc, packed, size, offset }: Listed): Uint8Array => {
  if (archive.readUInt32LE(offset) !== 0x04034b50) throw damaged()
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  const data = archive.subarray(start, start + packed)
  if (data.length !== packed || (method !== 0 && method !== 8)) throw damaged()
  const out = method === 0 ? data : inflate(data, size, name)
  if (out.length !== size) throw lie(name)
  if (crc32(out) !== crc) throw damaged()
  return out
}

/** Stops as soon as more comes out than the directory says. */
const inflate = (data: Uint8Array, size: number, name: string): Uint8Array => {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(1, size) })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? lie(name) : damaged()
  }
}

const damaged = (): RtError => fault('a damaged DOCX: its ZIP archive cannot be read')
const bomb = (figure: string): RtError => fault(`not unpacked: it would unpack to ${figure} (a ZIP bomb?)`)
const lie = (name: string): RtError =>
  fault(
    `not unpacked: its entry ${name.replace(/\p{Cc}/gu, '').slice(0, 60)} has another size than it says (a ZIP bomb?)`,
  )
