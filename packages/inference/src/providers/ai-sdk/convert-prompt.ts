import { type JsonValue, type Message, messageText, type Part, type ToolResultPart } from '@rt/core'
import type { V4AssistantPart, V4FilePart, V4Message, V4TextPart, V4ToolOutput, V4ToolResultPart } from './v4-prompt.ts'
import type { V4FileData, V4Metadata } from './v4-shared.ts'

/** Messages of rt as a prompt of the AI SDK. @param id of the rt provider, whose data the parts may carry. */
export const toV4Prompt = (messages: Message[], id: string): V4Message[] =>
  messages.flatMap((message): V4Message[] => {
    const convert = <T>(read: (part: Part) => T | undefined): (T & { providerOptions?: V4Metadata })[] =>
      message.parts.flatMap((part) => {
        const converted = read(part)
        const providerOptions = optionsOf(part, id)
        return converted ? [{ ...converted, ...(providerOptions && { providerOptions }) }] : []
      })
    if (message.role === 'system') {
      const providerOptions = message.parts.map((part) => optionsOf(part, id)).find(Boolean)
      return [{ role: 'system', content: messageText(message), ...(providerOptions && { providerOptions }) }]
    }
    if (message.role === 'user') return [{ role: 'user', content: convert(toUserPart) }]
    if (message.role === 'tool') return [{ role: 'tool', content: convert(toToolPart) }]
    const content = convert(toAssistantPart)
    return content.length > 0 ? [{ role: 'assistant', content }] : []
  })

/** What read-v4-stream.ts kept: the AI SDK's own record, under the id of the rt provider. */
const optionsOf = (part: Part, id: string): V4Metadata | undefined => part.provider?.[id] as V4Metadata | undefined

const toUserPart = (part: Part): V4TextPart | V4FilePart | undefined => {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.type !== 'file') return undefined
  return {
    type: 'file',
    mediaType: part.mediaType,
    data: toV4FileData(part.data),
    ...(part.name && { filename: part.name }),
  }
}

/** Citations stay behind: the text has their numbers. */
const toAssistantPart = (part: Part): V4AssistantPart | undefined => {
  if (part.type === 'reasoning') return { type: 'reasoning', text: part.text }
  if (part.type === 'tool-call')
    return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.arguments }
  return toUserPart(part)
}

const toToolPart = (part: Part): V4ToolResultPart | undefined =>
  part.type === 'tool-result'
    ? { type: 'tool-result', toolCallId: part.id, toolName: part.name, output: toV4Output(part) }
    : undefined

const toV4Output = ({ result, isError }: ToolResultPart): V4ToolOutput =>
  typeof result === 'string'
    ? { type: isError ? 'error-text' : 'text', value: result }
    : { type: isError ? 'error-json' : 'json', value: result satisfies JsonValue }

const toV4FileData = (data: Uint8Array | string): V4FileData => {
  if (typeof data !== 'string') return { type: 'data', data }
  const base64 = /^data:[^,]*;base64,(.*)$/s.exec(data)?.[1]
  return base64 === undefined ? { type: 'url', url: new URL(data) } : { type: 'data', data: base64 }
}
