import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  name: string
  data: string | Buffer
  /** What the headers claim instead of the real size. */
  claims?: number
  /** Packed bytes that unpack to something else than `data`. */
  packed?: Buffer
  /** Marks it as encrypted. */
  locked?: boolean
}

/** A ZIP archive with packed entries and, where asked, headers that lie. */
export const makeZip = (files: ZipFile[]): Buffer => {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, claims, packed: given, locked } of files) {
    const bytes = Buffer.from(data)
    const packed = given ?? deflateRawSync(bytes)
    const size = claims ?? bytes.length
    const shared = [u16(20), u16(locked ? 1 : 0), u16(8), u32(0), u32(crc32(bytes)), u32(packed.length), u32(size)]
    const lengths = [u16(Buffer.byteLength(name)), u16(0)]
    const local = Buffer.concat([u32(0x04034b50), ...shared, ...lengths, Buffer.from(name), packed])
    directory.push(
      Buffer.concat([u32(0x02014b50), u16(20), ...shared, ...lengths, u16(0), u16(0), u16(0), u32(0), u32(offset), Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const count = u16(files.length)
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), count, count, u32(listed.length), u32(offset), u16(0)])
  return Buffer.concat([...parts, listed, end])
}

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
