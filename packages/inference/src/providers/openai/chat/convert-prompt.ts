import { type FilePart, type JsonObject, type JsonValue, type Message, messageText, type Part } from '@rt/core'
import { toCallId } from '../call-id.ts'
import type { Connection } from '../connection.ts'
import { toBase64, toUrl, unsupportedFile } from '../file-content.ts'

/** The conversation as chat messages. What this provider attached to a part goes back as it came. */
export const convertPrompt = (messages: Message[], { id, quirks }: Connection): JsonObject[] =>
  messages.flatMap((message): JsonObject[] => {
    if (message.role === 'system') return [{ role: quirks.systemRole, content: messageText(message) }]
    if (message.role === 'user') return [{ role: 'user', content: userContent(message.parts) }]
    const { parts } = message
    if (message.role === 'tool')
      return parts.flatMap((part) =>
        part.type === 'tool-result'
          ? [{ role: 'tool', tool_call_id: toCallId(part.id, quirks.callIdLength), content: resultText(part.result) }]
          : [],
      )
    const calls = parts.flatMap((part): JsonObject[] =>
      part.type === 'tool-call'
        ? [
            {
              id: toCallId(part.id, quirks.callIdLength),
              type: 'function',
              function: { name: part.name, arguments: argumentsText(part.arguments) },
              ...part.provider?.[id],
            },
          ]
        : [],
    )
    const reasoning = parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
    const text = messageText(message)
    const attached = parts.reduce<JsonObject>(
      (all, part) => (part.type === 'reasoning' || part.type === 'text' ? { ...all, ...part.provider?.[id] } : all),
      {},
    )
    if (!text && calls.length === 0) return []
    return [
      {
        role: 'assistant',
        content: text || null,
        ...(calls.length > 0 && { tool_calls: calls }),
        ...(quirks.reasoningBack && calls.length > 0 && reasoning && { [quirks.reasoningBack]: reasoning }),
        ...attached,
      },
    ]
  })

export const resultText = (result: JsonValue): string => (typeof result === 'string' ? result : JSON.stringify(result))

/** Arguments that were no JSON are text already, and go back as they came. */
export const argumentsText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))

const userContent = (parts: Part[]): JsonValue => {
  if (parts.every(({ type }) => type !== 'file'))
    return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return parts.flatMap((part): JsonObject[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    return part.type === 'file' ? [fileContent(part)] : []
  })
}

const fileContent = (file: FilePart): JsonObject => {
  const { mediaType, name } = file
  if (mediaType.startsWith('image/')) return { type: 'image_url', image_url: { url: toUrl(file) } }
  if (mediaType === 'application/pdf')
    return {
      type: 'file',
      file: { filename: name ?? 'document.pdf', file_data: `data:${mediaType};base64,${toBase64(file)}` },
    }
  const format = /^audio\/(?:x-)?(wav|mp3|mpeg)$/.exec(mediaType)?.[1]
  if (format)
    return { type: 'input_audio', input_audio: { data: toBase64(file), format: format === 'wav' ? 'wav' : 'mp3' } }
  throw unsupportedFile(mediaType)
}
