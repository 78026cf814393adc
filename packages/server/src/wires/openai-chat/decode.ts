import {
  type ChatRequest,
  type JsonObject,
  type OutputFormat,
  type Principal,
  type ToolChoice,
  type ToolSpec,
} from '@rt/core'
import { invalidField, unsupportedField } from '../../errors/error-response.ts'
import { decodeBody, unknownFields, type WireWarning } from '../decode-body.ts'
import { checkModelName } from '../model-name.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeReasoning } from './decode-reasoning.ts'
import type { ChatBody } from './body.ts'
import { decodeSampling } from './decode-sampling.ts'
import { chatSchema, KNOWN_FIELDS, KNOWN_RT_FIELDS, threadSchema } from './schema.ts'

export interface DecodedChat {
  request: ChatRequest
  stream: boolean
  includeUsage: boolean
  warnings: WireWarning[]
}

/**
 * The body of POST /v1/chat/completions as a ChatRequest.
 *
 * @param options.thread the value of `x-rt-thread`; `rt.thread` in the body wins.
 * @throws RtError `invalid_request` or `unsupported`, naming the field or the header.
 */
export const decodeChat = (
  body: JsonObject,
  { principal, thread: headerThread }: { principal: Principal; thread?: string | undefined },
): DecodedChat => {
  const chat = decodeBody(chatSchema, body)
  if ((chat.n ?? 1) !== 1)
    throw unsupportedField('n', `${chat.n} answers at once are not made.`, 'Leave n out, and ask again for another.')
  if (chat.top_logprobs && !chat.logprobs) throw invalidField('top_logprobs', 'logprobs must be true with it.')
  const thread = chat.rt?.thread ?? (headerThread === undefined ? undefined : decodeThread(headerThread))
  const tools = decodeTools(chat)
  const serverTools = chat.rt?.tools ?? []
  const toolChoice = decodeToolChoice(chat, [...tools.map(({ name }) => name), ...serverTools])
  const output = decodeOutput(chat)
  const reasoning = decodeReasoning(chat.reasoning_effort)
  const maxOutputTokens = chat.max_completion_tokens ?? chat.max_tokens
  return {
    request: {
      messages: decodeMessages(chat.messages, { inThread: thread !== undefined }),
      principal,
      sampling: decodeSampling(chat),
      ...(chat.model && { model: checkModelName(chat.model) }),
      ...(tools.length && { tools }),
      ...(toolChoice && { toolChoice }),
      ...(output && { output }),
      ...(reasoning.value && { reasoning: reasoning.value }),
      ...(chat.stop?.length && { stop: [chat.stop].flat() }),
      ...(maxOutputTokens && { maxOutputTokens }),
      ...(chat.logprobs && { logprobs: { top: chat.top_logprobs ?? 0 } }),
      ...(thread && { thread }),
      ...(chat.rt?.retrieve && { retrieve: chat.rt.retrieve }),
      ...(serverTools.length && { serverTools }),
      ...(chat.rt?.label && { label: chat.rt.label }),
    },
    stream: chat.stream ?? false,
    includeUsage: chat.stream_options?.include_usage ?? false,
    warnings: [
      ...reasoning.warnings,
      ...unknownFields(body, KNOWN_FIELDS),
      ...(chat.rt ? unknownFields(body.rt as JsonObject, KNOWN_RT_FIELDS, 'rt.') : []),
    ],
  }
}

/** Held to the same rule as the field: an id cut to fit would join two conversations. */
const decodeThread = (header: string): string => {
  const result = threadSchema.safeParse(header)
  if (result.success) return result.data
  throw invalidField('x-rt-thread', `${result.error.issues[0]!.message}.`, 'A thread is named by 1 to 200 characters.')
}

const decodeTools = ({ tools }: ChatBody): ToolSpec[] => {
  const seen = new Set<string>()
  return (tools ?? []).map(({ type, function: spec }, index) => {
    const at = `tools[${index}]`
    if (type !== 'function')
      throw unsupportedField(`${at}.type`, `${JSON.stringify(type.slice(0, 40))} is not known.`, 'Use "function".')
    if (!spec) throw invalidField(`${at}.function`, 'a function tool needs its function.')
    if (seen.has(spec.name)) throw invalidField(`${at}.function.name`, `${spec.name} is there twice.`)
    seen.add(spec.name)
    const parameters = spec.parameters ?? { type: 'object', properties: {} }
    return { name: spec.name, description: spec.description ?? '', parameters }
  })
}

/** Without tools of the client, a model that is named may be an agent and bring its own: the loop knows. */
const decodeToolChoice = ({ tool_choice: choice, model }: ChatBody, names: string[]): ToolChoice | undefined => {
  if (!choice || choice === 'none' || choice === 'auto') return choice ?? undefined
  if (names.length === 0 && model) return choice === 'required' ? choice : { name: choice.function.name }
  if (names.length === 0)
    throw invalidField('tool_choice', 'a call is required, but there are no tools.', 'Send tools.')
  if (choice === 'required') return choice
  const { name } = choice.function
  if (names.includes(name)) return { name }
  throw invalidField(
    'tool_choice.function.name',
    `no tool is named ${JSON.stringify(name.slice(0, 64))}.`,
    `There are: ${names.join(', ')}.`,
  )
}

const decodeOutput = ({ response_format: format, grammar }: ChatBody): OutputFormat | undefined => {
  const isText = !format || format.type === 'text'
  if (grammar && !isText) throw invalidField('grammar', 'it goes without response_format: both say what an answer is.')
  if (grammar) return { type: 'grammar', gbnf: grammar }
  if (isText) return undefined
  if (format.type === 'json_object') return { type: 'json' }
  const { schema, name } = format.json_schema
  return { type: 'json', ...(schema && { schema }), ...(name && { name }) }
}
