import { createReadStream, createWriteStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { RtError } from '@rt/core'

export interface ExtractOptions {
  archive: string
  /** Exact name of the entry. */
  entry: string
  /** Written here; the name inside the archive never becomes a path. */
  to: string
  /** Add to what `to` holds. Default false. */
  append?: boolean
  /** Refused beyond this, both by what the archive says and by what comes out. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

/**
 * Copies one entry out of a zip archive (wheel, jar) as a stream; returns its bytes. After the format of
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, without zip64, encryption and other methods than store and
 * deflate.
 *
 * @throws RtError `not_found` without such an entry, `payload_too_large`, `model_invalid` for a damaged archive.
 */
export const extractEntry = async ({
  archive,
  entry,
  to,
  append = false,
  maxBytes,
  signal,
}: ExtractOptions): Promise<number> => {
  const handle = await open(archive)
  try {
    const found = await findEntry(handle, entry)
    if (found.size > maxBytes) throw tooLarge(entry, maxBytes)
    if (found.size === 0) throw damaged(`"${entry}" is empty`)
    const start = await dataOffset(handle, found)
    let bytes = 0
    const count = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        bytes += chunk.length
        if (bytes > found.size) next(damaged(`"${entry}" is longer than the archive says`))
        else next(null, chunk)
      },
    })
    const input = createReadStream(archive, { start, end: start + found.compressed - 1, highWaterMark: 1 << 20 })
    const output = createWriteStream(to, { flags: append ? 'a' : 'w' })
    if (found.method === DEFLATE)
      await pipeline(input, createInflateRaw({ chunkSize: 1 << 18 }), count, output, { signal })
    else await pipeline(input, count, output, { signal })
    if (bytes !== found.size) throw damaged(`"${entry}" is shorter than the archive says`)
    return bytes
  } finally {
    await handle.close()
  }
}

interface ZipEntry {
  method: number
  compressed: number
  size: number
  /** Of the local header. */
  offset: number
}

const STORE = 0
const DEFLATE = 8
const END_SIGNATURE = 0x06054b50
const CENTRAL_SIGNATURE = 0x02014b50
const LOCAL_SIGNATURE = 0x04034b50
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024

const findEntry = async (handle: FileHandle, wanted: string): Promise<ZipEntry> => {
  const directory = await readDirectory(handle)
  for (let at = 0; at + 46 <= directory.length;) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw damaged('the list of entries is damaged')
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28)
    if (directory.toString('utf8', at + 46, nameEnd) === wanted) return readCentral(directory, at, wanted)
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  throw new RtError({ code: 'not_found', message: `the archive holds no "${wanted}".` })
}

const readDirectory = async (handle: FileHandle): Promise<Buffer> => {
  const { size } = await handle.stat()
  // The end record is 22 bytes and a comment of at most 65,535.
  const tail = await readAt(handle, Math.max(0, size - 22 - 0xffff), Math.min(size, 22 + 0xffff))
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--
  if (end < 0) throw damaged('it is not a zip archive')
  const [length, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (length > MOST_DIRECTORY_BYTES || offset + length > size) throw damaged('the list of entries is out of bounds')
  return await readAt(handle, offset, length)
}

const readCentral = (directory: Buffer, at: number, name: string): ZipEntry => {
  const encrypted = (directory.readUInt16LE(at + 8) & 1) === 1
  const method = directory.readUInt16LE(at + 10)
  const [compressed, size, offset] = [20, 24, 42].map((field) => directory.readUInt32LE(at + field)) as [
    number,
    number,
    number,
  ]
  const zip64 = [compressed, size, offset].includes(0xffffffff)
  if (encrypted || zip64 || (method !== STORE && method !== DEFLATE) || compressed === 0) {
    throw damaged(`"${name}" is stored in a way that is not read (method ${method})`)
  }
  return { method, compressed, size, offset }
}

const dataOffset = async (handle: FileHandle, { offset, compressed }: ZipEntry): Promise<number> => {
  const header = await readAt(handle, offset, 30)
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw damaged('an entry is damaged')
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (start + compressed > (await handle.stat()).size) throw damaged('an entry is out of bounds')
  return start
}

const readAt = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead !== length) throw damaged('it is cut short')
  return buffer
}

const damaged = (what: string): RtError =>
  new RtError({ code: 'model_invalid', message: `the archive is damaged: ${what}.` })

const tooLarge = (name: string, most: number): RtError =>
  new RtError({ code: 'payload_too_large', message: `"${name}" is larger than the ${most} bytes expected.` })
