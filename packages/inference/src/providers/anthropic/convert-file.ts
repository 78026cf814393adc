import { type FilePart, type JsonObject, RtError } from '@rt/core'
import type { Block } from './wire.ts'

const IMAGES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/**
 * An image, a PDF or a text as a content block. `fileId` of the kept data names a file that was uploaded; `citations`,
 * `title` and `context` go to documents.
 *
 * @throws RtError `unsupported`, `invalid_request`.
 */
export const convertFile = (part: FilePart, kept: JsonObject): Block => {
  const type = part.mediaType.split(';')[0]!.trim().toLowerCase()
  const kind =
    IMAGES.includes(type) || (type === 'image/*' && isAddress(part.data))
      ? 'image'
      : type === 'application/pdf' || type.startsWith('text/')
        ? 'document'
        : undefined
  if (!kind)
    throw new RtError({
      code: 'unsupported',
      message: `Claude does not read files of type ${part.mediaType}${part.name ? ` (${part.name})` : ''}.`,
      hint: `It reads ${IMAGES.join(', ')}, application/pdf and text.`,
    })
  const source = sourceOf(part, type, kept)
  if (kind === 'image') return { type: 'image', source }
  const title = kept['title'] ?? part.name
  return {
    type: 'document',
    source,
    ...(title && { title }),
    ...(kept['context'] && { context: kept['context'] }),
    ...(kept['citations'] === true && { citations: { enabled: true } }),
  }
}

const sourceOf = ({ data, name, mediaType }: FilePart, type: string, kept: JsonObject): JsonObject => {
  if (typeof kept['fileId'] === 'string') return { type: 'file', file_id: kept['fileId'] }
  const bytes = typeof data === 'string' ? bytesOf(data) : data
  if (bytes) {
    return type.startsWith('text/')
      ? { type: 'text', media_type: 'text/plain', data: new TextDecoder().decode(bytes) }
      : { type: 'base64', media_type: type, data: base64(bytes) }
  }
  if (isAddress(data) && !type.startsWith('text/')) return { type: 'url', url: data }
  throw new RtError({
    code: 'invalid_request',
    message: `the file ${name ?? mediaType} is neither bytes nor an address Claude can fetch.`,
    hint: 'Give a Uint8Array, a data: URL, or for images and PDFs an https: URL.',
  })
}

/** Whoever gives an address need not know what kind of image is there. */
const isAddress = (data: FilePart['data']): data is string => typeof data === 'string' && /^https?:/i.test(data)

const bytesOf = (url: string): Uint8Array | undefined => {
  const match = /^data:[^,]*?(;base64)?,/i.exec(url)
  if (!match) return undefined
  const body = url.slice(match[0].length)
  try {
    return match[1] ? Buffer.from(body, 'base64') : new TextEncoder().encode(decodeURIComponent(body))
  } catch {
    return undefined
  }
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
