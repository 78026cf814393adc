import { messageText, RtError, type JsonValue, type Message, type Part, type Prompt } from '@rt/core'
import { toolInstructions } from '../../driver-kit/index.ts'
import type { TemplateMessage } from './chat-template.ts'

/**
 * The prompt as messages of a chat template. Instructions for tools and forced output join the system text. Where the
 * template has no turn for tools, a call is written as the JSON the model itself would write, and results as a user turn:
 * `Result of NAME: VALUE` a line, then a request to answer with them (without it small models repeat the call). Reasoning and citations of earlier answers are left out.
 *
 * @throws RtError `unsupported` for files.
 */
export const toTemplateMessages = (prompt: Prompt, { knowsTools }: { knowsTools: boolean }): TemplateMessage[] => {
  const messages = prompt.messages.flatMap((message) => fromMessage(message, knowsTools))
  const extra = instructions(prompt)
  if (!extra) return messages
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: extra }, ...messages]
  return [{ ...first, content: [first.content, extra].filter(Boolean).join('\n\n') }, ...rest]
}

const instructions = ({ tools = [], toolChoice = 'auto', output }: Prompt): string => {
  const texts: string[] = []
  if (tools.length && toolChoice !== 'none') texts.push(toolInstructions(tools, toolChoice))
  if (output?.type === 'json')
    texts.push(
      output.schema
        ? `Answer only with JSON that follows this JSON Schema:\n${JSON.stringify(output.schema)}`
        : 'Answer only with one JSON object.',
    )
  return texts.join('\n\n')
}

const ASK = 'Now answer the question in plain words, with these values.'

const fromMessage = (message: Message, knowsTools: boolean): TemplateMessage[] => {
  for (const part of message.parts) if (part.type === 'file') throw noFiles(part)
  const results = message.parts.filter((part) => part.type === 'tool-result')
  if (results.length === 0) return [withCalls(message, knowsTools)]
  const lines = results.map(({ name, result, isError }) => ({ name, text: toText(result), isError }))
  if (knowsTools) return lines.map(({ name, text }) => ({ role: 'tool', name, content: text }))
  const content = lines.map(({ name, text, isError }) => `Result of ${name}${isError ? ' (failed)' : ''}: ${text}`)
  return [{ role: 'user', content: [...content, ASK].join('\n') }]
}

const withCalls = (message: Message, knowsTools: boolean): TemplateMessage => {
  const text = messageText(message)
  const calls = message.parts
    .filter((part) => part.type === 'tool-call')
    .map(({ name, arguments: args }) => ({ name, arguments: args }))
  if (calls.length === 0) return { role: message.role, content: text }
  if (knowsTools)
    return {
      role: message.role,
      content: text,
      tool_calls: calls.map((call) => ({ type: 'function', function: call })),
    }
  return {
    role: message.role,
    content: [text, ...calls.map((call) => JSON.stringify(call))].filter(Boolean).join('\n'),
  }
}

const toText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))

const noFiles = (part: Extract<Part, { type: 'file' }>): RtError =>
  new RtError({
    code: 'unsupported',
    message: `a local GGUF model reads text only, and a message holds a file (${part.mediaType}).`,
    hint: 'Send its text as a text part, or ingest the file.',
  })
