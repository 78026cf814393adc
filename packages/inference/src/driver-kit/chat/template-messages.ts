import { messageText, RtError, type JsonValue, type Message, type Part, type Prompt } from '@rt/core'
import { toolInstructions } from '../index.ts'
import type { TemplateMessage } from './chat-template.ts'

/**
 * The prompt as messages of a chat template. Where the template has turns for tools they are used. Where it has none,
 * results are put before the question they answer, and the call itself is left out: small models copy a call that
 * stands in the conversation instead of answering. What is offered for the model to choose from (`auto`) joins the
 * system text, which stays the same from turn to turn; what is forced on this one answer stands before the last question, which small models answer best when it comes last.
 * Reasoning and citations of earlier answers are left out.
 *
 * @throws RtError `unsupported` for files.
 */
export const toTemplateMessages = (prompt: Prompt, { knowsTools }: { knowsTools: boolean }): TemplateMessage[] => {
  for (const message of prompt.messages) for (const part of message.parts) if (part.type === 'file') throw noFiles(part)
  const messages = knowsTools ? prompt.messages.flatMap(withToolTurns) : foldToolTurns(prompt.messages)
  return withInstructions(messages, prompt)
}

const withInstructions = (messages: TemplateMessage[], prompt: Prompt): TemplateMessage[] => {
  const { tools = [], toolChoice = 'auto', output } = prompt
  const offered = tools.length && toolChoice === 'auto' ? toolInstructions(tools, toolChoice) : ''
  const forced =
    tools.length && toolChoice !== 'auto' && toolChoice !== 'none' ? toolInstructions(tools, toolChoice) : ''
  return joinLast(joinSystem(messages, offered), [forced, outputInstructions(output)].filter(Boolean).join('\n\n'))
}

const outputInstructions = (output: Prompt['output']): string => {
  if (output?.type !== 'json') return ''
  return output.schema
    ? `Answer only with JSON that follows this JSON Schema:\n${JSON.stringify(output.schema)}`
    : 'Answer only with one JSON object.'
}

const joinSystem = (messages: TemplateMessage[], text: string): TemplateMessage[] => {
  if (!text) return messages
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...messages]
  return [{ ...first, content: [first.content, text].filter(Boolean).join('\n\n') }, ...rest]
}

const joinLast = (messages: TemplateMessage[], text: string): TemplateMessage[] => {
  const last = messages.at(-1)
  if (!text) return messages
  if (last?.role !== 'user') return joinSystem(messages, text)
  return [...messages.slice(0, -1), { ...last, content: `${text}\n\n${last.content}` }]
}

/** For templates with tool turns. */
const withToolTurns = (message: Message): TemplateMessage[] => {
  const results = message.parts.filter((part) => part.type === 'tool-result')
  if (results.length) return results.map(({ name, result }) => ({ role: 'tool', name, content: toText(result) }))
  const calls = message.parts
    .filter((part) => part.type === 'tool-call')
    .map(({ name, arguments: args }) => ({ type: 'function' as const, function: { name, arguments: args } }))
  const content = messageText(message)
  return [{ role: message.role, content, ...(calls.length > 0 && { tool_calls: calls }) }]
}

/** For templates without: results move into the user turn before them. */
const foldToolTurns = (messages: Message[]): TemplateMessage[] => {
  const folded: TemplateMessage[] = []
  for (const message of messages) {
    const results = message.parts.filter((part) => part.type === 'tool-result')
    const isCall = message.parts.some((part) => part.type === 'tool-call')
    const content = messageText(message)
    if (results.length) {
      const lines = results.map(
        ({ name, result, isError }) =>
          `${isError ? `${name} failed` : `Answer from this result of ${name}`}: ${toText(result)}`,
      )
      const asked = folded.findLast(({ role }) => role === 'user')
      if (asked) asked.content = `${lines.join('\n')}\n\n${asQuestion(asked.content)}`
      else folded.push({ role: 'user', content: lines.join('\n') })
    } else if (content || !isCall) folded.push({ role: message.role, content })
  }
  return folded
}

/** Marked as the question once: passages and earlier results may have done so already. */
const asQuestion = (content: string): string => (/(^|\n)Question: /.test(content) ? content : `Question: ${content}`)

const toText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))

const noFiles = (part: Extract<Part, { type: 'file' }>): RtError =>
  new RtError({
    code: 'unsupported',
    message: `a local GGUF model reads text only, and a message holds a file (${part.mediaType}).`,
    hint: 'Send its text as a text part, or ingest the file.',
  })
