import { messageText, RtError, type JsonValue, type Message, type Part, type Prompt } from '@rt/core'
import { toolInstructions } from '../index.ts'
import { withReasoning, type TemplateFeatures } from './inspect-template.ts'
import { offersTools } from './is-forced.ts'
import type { TemplateMessage } from './template-message.ts'

type Turn = TemplateMessage & { content: string; thought?: string }
type Form = Pick<TemplateFeatures, 'tools' | 'toolTurns' | 'textArguments' | 'reasoningField'>

/**
 * The prompt as messages of a chat template. Where the template has turns for tools they are used. Where it has none,
 * results are put before the question they answer, and the call itself is left out: small models copy a call that
 * stands in the conversation instead of answering. What is offered for the model to choose from (`auto`) is written by a
 * template that can, else it joins the system text, which stays the same from turn to turn; what is forced on this one
 * answer stands before the last question, which small models answer best when it comes last. What an earlier answer thought
 * is given to templates that look for it, which keep it or drop it. Citations are left out.
 *
 * @throws RtError `unsupported` for files.
 */
export const toTemplateMessages = (prompt: Prompt, form: Form): TemplateMessage[] => {
  for (const message of prompt.messages) for (const part of message.parts) if (part.type === 'file') throw noFiles(part)
  const messages = form.toolTurns ? writeToolTurns(prompt.messages, form) : foldToolTurns(prompt.messages)
  return withInstructions(messages, prompt, form).map(({ thought, ...message }) =>
    thought && form.reasoningField ? withReasoning(message, thought, form.reasoningField) : message,
  )
}

const withInstructions = (messages: Turn[], prompt: Prompt, form: Form): Turn[] => {
  const { tools = [], toolChoice = 'auto', output } = prompt
  const free = toolChoice === 'auto' || toolChoice === 'none'
  const offered =
    tools.length && free && !(form.tools && offersTools(prompt)) ? toolInstructions(tools, toolChoice) : ''
  const forced = tools.length && !free ? toolInstructions(tools, toolChoice) : ''
  return joinLast(joinSystem(messages, offered), [forced, outputInstructions(output)].filter(Boolean).join('\n\n'))
}

const outputInstructions = (output: Prompt['output']): string => {
  if (output?.type !== 'json') return ''
  return output.schema
    ? `Answer only with JSON that follows this JSON Schema:\n${JSON.stringify(output.schema)}`
    : 'Answer only with one JSON object.'
}

const joinSystem = (messages: Turn[], text: string): Turn[] => {
  if (!text) return messages
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...messages]
  return [{ ...first, content: [first.content, text].filter(Boolean).join('\n\n') }, ...rest]
}

const joinLast = (messages: Turn[], text: string): Turn[] => {
  const last = messages.at(-1)
  if (!text) return messages
  if (last?.role !== 'user') return joinSystem(messages, text)
  return [...messages.slice(0, -1), { ...last, content: `${text}\n\n${last.content}` }]
}

/** For templates with tool turns. */
const writeToolTurns = (messages: Message[], { textArguments }: Form): Turn[] => {
  const ids = new Map<string, string>()
  /** Mistral's templates insist on nine letters and digits; the same conversation always gets the same. */
  const idOf = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `call${String(ids.size).padStart(5, '0')}`)
    return ids.get(id)!
  }
  return messages.flatMap((message): Turn[] => {
    const results = message.parts.filter((part) => part.type === 'tool-result')
    if (results.length)
      return results.map(({ id, name, result }) => ({
        role: 'tool',
        name,
        tool_call_id: idOf(id),
        content: toText(result),
      }))
    const calls = message.parts
      .filter((part) => part.type === 'tool-call')
      .map(({ id, name, arguments: args }) => ({
        id: idOf(id),
        type: 'function' as const,
        function: { name, arguments: textArguments ? JSON.stringify(args) : args },
      }))
    return [{ ...toTurn(message), ...(calls.length > 0 && { tool_calls: calls }) }]
  })
}

/** For templates without: results move into the user turn before them. */
const foldToolTurns = (messages: Message[]): Turn[] => {
  const folded: Turn[] = []
  for (const message of messages) {
    const results = message.parts.filter((part) => part.type === 'tool-result')
    const isCall = message.parts.some((part) => part.type === 'tool-call')
    if (results.length) {
      const lines = results.map(
        ({ name, result, isError }) =>
          `${isError ? `${name} failed` : `Answer from this result of ${name}`}: ${toText(result)}`,
      )
      const asked = folded.findLast(({ role }) => role === 'user')
      if (asked) asked.content = `${lines.join('\n')}\n\n${asQuestion(asked.content)}`
      else folded.push({ role: 'user', content: lines.join('\n') })
    } else if (messageText(message) || !isCall) folded.push(toTurn(message))
  }
  return folded
}

const toTurn = (message: Message): Turn => {
  const thought = message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
  return { role: message.role, content: messageText(message), ...(thought && { thought }) }
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
