import { createMessage, type JsonObject, type JsonValue, type Message, type Part, RtError } from '@rt/core'
import type { V4AssistantPart, V4Message, V4OutputContent, V4ToolOutput, V4ToolResultPart } from './v4-prompt.ts'
import type { V4FileData, V4Metadata } from './v4-shared.ts'

/** A prompt of the AI SDK as messages of rt. Provider options become the provider data of the parts. */
export const fromV4Prompt = (prompt: V4Message[]): Message[] =>
  prompt.flatMap((message): Message[] => {
    const parts = partsOf(message)
    const last = parts.at(-1)
    // Options of a message (a cache marker) mean its end.
    if (last && !last.provider) Object.assign(last, keep(message.providerOptions))
    return parts.length > 0 ? [createMessage(message.role, parts)] : []
  })

const partsOf = (message: V4Message): Part[] => {
  if (message.role === 'system') return [{ type: 'text', text: message.content }]
  const content: (V4AssistantPart | { type: 'tool-approval-response' })[] = message.content
  return content.flatMap(toPart)
}

const toPart = (part: V4AssistantPart | { type: 'tool-approval-response' }): Part[] => {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return [{ type: part.type, text: part.text, ...keep(part.providerOptions) }]
    case 'file':
      return [
        {
          type: 'file',
          mediaType: part.mediaType,
          data: fromFileData(part.data),
          ...(part.filename && { name: part.filename }),
          ...keep(part.providerOptions),
        },
      ]
    case 'tool-call': {
      const { toolCallId: id, toolName: name, input } = part
      return [{ type: 'tool-call', id, name, arguments: input as JsonValue, ...keep(part.providerOptions) }]
    }
    case 'tool-result':
      return [toResult(part)]
    // Custom parts and files of a model's thoughts mean something to the provider they came from only.
    default:
      return []
  }
}

const toResult = ({ toolCallId: id, toolName: name, output, providerOptions }: V4ToolResultPart): Part => ({
  type: 'tool-result',
  id,
  name,
  result: toValue(output),
  ...(/^(error-|execution-denied)/.test(output.type) && { isError: true }),
  ...keep(providerOptions ?? output.providerOptions),
})

const toValue = (output: V4ToolOutput): JsonValue => {
  if (output.type === 'execution-denied')
    return `The user did not allow this call.${output.reason ? ` ${output.reason}` : ''}`
  if (output.type !== 'content') return output.value as JsonValue
  const texts = output.value.flatMap((item) => (item.type === 'text' ? [item.text] : []))
  return texts.length === output.value.length ? texts.join('\n') : output.value.map(describeContent)
}

const describeContent = (item: V4OutputContent): JsonObject => {
  if (item.type === 'text') return { type: 'text', text: item.text }
  if (item.type === 'custom') return { type: 'custom' }
  const { mediaType, filename, data } = item
  return {
    type: 'file',
    mediaType,
    ...(filename && { name: filename }),
    ...(data.type === 'url' && { url: data.url.href }),
    ...(data.type === 'text' && { text: data.text }),
  }
}

const fromFileData = (data: V4FileData): Uint8Array | string => {
  if (data.type === 'url') return data.originalUrl ?? data.url.href
  if (data.type === 'text') return new TextEncoder().encode(data.text)
  if (data.type === 'data') return typeof data.data === 'string' ? Buffer.from(data.data, 'base64') : data.data
  throw new RtError({
    code: 'unsupported',
    message: `a file is given as a reference to ${Object.keys(data.reference).join(', ')}, which rt cannot follow.`,
    hint: 'give its bytes or its URL.',
  })
}

const keep = (options: V4Metadata | undefined): { provider?: Record<string, JsonObject> } =>
  options && Object.keys(options).length > 0 ? { provider: options as Record<string, JsonObject> } : {}
