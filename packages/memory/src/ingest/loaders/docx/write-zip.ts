import { crc32 } from 'node:zlib'
import type { ZipEntry } from './read-zip.ts'

/** An archive of these entries as they are, not packed. */
export const writeZip = (entries: ZipEntry[]): Buffer => {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data } of entries) {
    const encoded = Buffer.from(name)
    // What the header beside the data and the directory have in common: version to names' length, names in UTF-8.
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(encoded.length, 22)
    files.push(signed(0x04034b50, common), encoded, Buffer.from(data.buffer, data.byteOffset, data.length))
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(signed(0x02014b50, Buffer.from([20, 0])), common, rest, encoded)
    offset += 30 + encoded.length + data.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...files, listed, signed(0x06054b50, end)])
}

const signed = (signature: number, rest: Buffer): Buffer => {
  const number = Buffer.alloc(4)
  number.writeUInt32LE(signature)
  return Buffer.concat([number, rest])
}
