import { type FilePart, type JsonObject, type Message, messageText, type Part } from '@rt/core'
import { argumentsText, resultText } from '../chat/convert-prompt.ts'
import type { Connection } from '../connection.ts'
import { toBase64, toUrl, unsupportedFile } from '../file-content.ts'
import { isObject } from '../to-error.ts'

/** The conversation as input items. */
export const convertPrompt = (messages: Message[], { id, quirks }: Connection): JsonObject[] =>
  messages.flatMap((message): JsonObject[] => {
    const { role, parts } = message
    if (role === 'system') return [{ role: quirks.systemRole, content: messageText(message) }]
    if (role === 'user') return [{ role: 'user', content: parts.flatMap(userContent) }]
    if (role === 'tool')
      return parts.flatMap((part) =>
        part.type === 'tool-result'
          ? [{ type: 'function_call_output', call_id: part.id, output: resultText(part.result) }]
          : [],
      )
    return pairReasoning(parts.flatMap((part) => assistantItem(part, part.provider?.[id] ?? {})))
  })

/** Reasoning is refused without what it led to: what stands last (of a turn that was cut off) stays here. */
const pairReasoning = (items: JsonObject[]): JsonObject[] =>
  items.slice(0, items.findLastIndex(({ type }) => type !== 'reasoning') + 1)

const assistantItem = (part: Part, attached: JsonObject): JsonObject[] => {
  if (part.type === 'reasoning') return isObject(attached['item']) ? [attached['item']] : []
  if (part.type === 'text')
    return part.text ? [{ role: 'assistant', content: [{ type: 'output_text', text: part.text }], ...attached }] : []
  if (part.type === 'tool-call')
    return [
      {
        type: 'function_call',
        call_id: part.id,
        name: part.name,
        arguments: argumentsText(part.arguments),
        ...attached,
      },
    ]
  return []
}

const userContent = (part: Part): JsonObject[] => {
  if (part.type === 'text') return [{ type: 'input_text', text: part.text }]
  return part.type === 'file' ? [fileContent(part)] : []
}

const fileContent = (file: FilePart): JsonObject => {
  const { mediaType, name } = file
  if (mediaType.startsWith('image/')) return { type: 'input_image', image_url: toUrl(file), detail: 'auto' }
  if (mediaType === 'application/pdf')
    return {
      type: 'input_file',
      filename: name ?? 'document.pdf',
      file_data: `data:${mediaType};base64,${toBase64(file)}`,
    }
  throw unsupportedFile(mediaType)
}
