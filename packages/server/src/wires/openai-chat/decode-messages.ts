import { createMessage, type JsonValue, type Message, type Part } from '@rt/core'
import { invalidField } from '../../errors/error-response.ts'
import type { ChatMessage } from './body.ts'
import { decodeContent, decodeText } from './decode-content.ts'

/**
 * OpenAI's messages as the IR.
 *
 * @param inThread earlier messages are kept by the runtime: a tool message may answer a call that is not in `messages`.
 * @throws RtError `invalid_request` or `unsupported`, naming the field.
 */
export const decodeMessages = (messages: ChatMessage[], { inThread }: { inThread: boolean }): Message[] => {
  const toolNames = new Map<string, string>()
  return messages.map((message, index) => {
    const at = `messages[${index}]`
    if (message.role === 'tool') {
      const name = toolNames.get(message.tool_call_id) ?? (inThread ? (message.name ?? 'tool') : undefined)
      if (name === undefined) throw unanswered(at, message.tool_call_id)
      const result = decodeText(message.content, `${at}.content`)
      return createMessage('tool', [{ type: 'tool-result', id: message.tool_call_id, name, result }])
    }
    if (message.role !== 'assistant') {
      const decode = message.role === 'user' ? decodeContent : decodeText
      return createMessage(message.role === 'user' ? 'user' : 'system', decode(message.content, `${at}.content`))
    }
    const parts = assistantParts(message, at)
    for (const part of parts) if (part.type === 'tool-call') toolNames.set(part.id, part.name)
    return createMessage('assistant', parts)
  })
}

const assistantParts = (message: ChatMessage & { role: 'assistant' }, at: string): Part[] => {
  const thought = message.reasoning_content ?? message.reasoning
  const said = decodeText(message.content ?? '', `${at}.content`)
  return [
    ...(thought ? [{ type: 'reasoning' as const, text: thought.toWellFormed() }] : []),
    ...(said ? [{ type: 'text' as const, text: said }] : []),
    ...(message.tool_calls ?? []).map(({ id, function: call }, index) => ({
      type: 'tool-call' as const,
      id,
      name: call.name,
      arguments: parseArguments(call.arguments, `${at}.tool_calls[${index}].function.arguments`),
    })),
  ]
}

const parseArguments = (json: string, at: string): JsonValue => {
  if (json.trim() === '') return {}
  try {
    return JSON.parse(json) as JsonValue
  } catch {
    throw invalidField(at, 'not valid JSON.', 'Send the arguments as they came in the answer.')
  }
}

const unanswered = (at: string, id: string): Error =>
  invalidField(
    `${at}.tool_call_id`,
    `no earlier message calls a tool under id ${JSON.stringify(id.slice(0, 60))}.`,
    'Send the assistant message with its tool_calls before it, or name the thread in rt.thread.',
  )
