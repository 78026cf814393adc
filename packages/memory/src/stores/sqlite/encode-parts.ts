import { RtError, type FilePart, type Part } from '@rt/core'

/** Bytes stand in exactly one place of a part, and only there is `{ base64 }` read back: content never becomes a type. */
type StoredPart = Exclude<Part, FilePart> | (Omit<FilePart, 'data'> & { data: string | { base64: string } })

export const encodeParts = (parts: Part[]): string =>
  JSON.stringify(
    parts.map((part): StoredPart => {
      if (part.type !== 'file' || typeof part.data === 'string') return part as StoredPart
      const { buffer, byteOffset, byteLength } = part.data
      return { ...part, data: { base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') } }
    }),
  )

/** @throws RtError `database_corrupt` when the row is not what `encodeParts` wrote. */
export const decodeParts = (json: string, messageId: string): Part[] => {
  let stored: StoredPart[]
  try {
    stored = JSON.parse(json) as StoredPart[]
  } catch (cause) {
    throw new RtError({
      code: 'database_corrupt',
      message: `message ${messageId} cannot be read back: its parts are not JSON.`,
      cause,
    })
  }
  return stored.map((part) => {
    if (part.type !== 'file') return part
    return {
      ...part,
      data: typeof part.data === 'string' ? part.data : new Uint8Array(Buffer.from(part.data.base64, 'base64')),
    }
  })
}
