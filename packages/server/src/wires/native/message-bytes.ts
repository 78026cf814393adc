import type { FilePart, Message, Part } from '@rt/core'

/** A message as JSON. Bytes stand in one place of a part, and only there is `{ base64 }` read back. */
export type WireMessage = Omit<Message, 'parts'> & { parts: WirePart[] }
type WirePart = Exclude<Part, FilePart> | (Omit<FilePart, 'data'> & { data: string | { base64: string } })

export const encodeMessages = (messages: Message[]): WireMessage[] =>
  messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) =>
      part.type === 'file' && typeof part.data !== 'string'
        ? { ...part, data: { base64: toBase64(part.data) } }
        : (part as WirePart),
    ),
  }))

export const decodeMessages = (messages: WireMessage[]): Message[] =>
  messages.map((message) => ({
    ...message,
    parts: message.parts.map((part): Part => {
      if (part.type !== 'file') return part
      const { data } = part
      return { ...part, data: typeof data === 'string' ? data : fromBase64(data.base64) }
    }),
  }))

const toBase64 = (bytes: Uint8Array): string => {
  let binary = ''
  // In pieces: a call takes a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(binary)
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
