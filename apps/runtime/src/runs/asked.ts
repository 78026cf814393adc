import type { ChatRequest, FilePart, JsonObject, Message, Part, Principal, TurnRequest } from '@rt/core'
import { LOCAL } from '@rt/core'

/** What was asked for, and by whom: enough to make the run of it again in another process. */
export type Asked =
  | {
      type: 'own'
      request: TurnRequest
      /** The program itself wrote the model's name. */
      own: boolean
      /** Tools the program gave for this turn: functions, which cannot be kept. */
      given?: string[]
    }
  | { type: 'client'; request: ChatRequest }

export const principalOf = (asked: Asked): Principal => (asked.type === 'own' ? LOCAL : asked.request.principal)

/** As JSON. Bytes stand in one place of a message, and only there is `{ base64 }` read back. */
export const encodeAsked = (asked: Asked): JsonObject => {
  const messages = asked.request.messages.map((message) => ({ ...message, parts: message.parts.map(encodePart) }))
  return JSON.parse(JSON.stringify({ ...asked, request: { ...asked.request, messages } })) as JsonObject
}

export const decodeAsked = (stored: JsonObject): Asked => {
  const asked = stored as unknown as Asked
  const messages = asked.request.messages.map((message): Message => ({
    ...message,
    parts: (message.parts as StoredPart[]).map(decodePart),
  }))
  return { ...asked, request: { ...asked.request, messages } } as Asked
}

type StoredPart = Exclude<Part, FilePart> | (Omit<FilePart, 'data'> & { data: string | { base64: string } })

const encodePart = (part: Part): StoredPart =>
  part.type === 'file' && typeof part.data !== 'string'
    ? { ...part, data: { base64: Buffer.from(part.data).toString('base64') } }
    : (part as StoredPart)

const decodePart = (part: StoredPart): Part =>
  part.type === 'file' && typeof part.data !== 'string'
    ? { ...part, data: new Uint8Array(Buffer.from(part.data.base64, 'base64')) }
    : (part as Part)
