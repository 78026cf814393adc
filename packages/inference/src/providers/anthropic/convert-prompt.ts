import { type JsonObject, type JsonValue, type Message, type Part, RtError, type ToolResultPart } from '@rt/core'
import type { AnthropicVersion } from './options.ts'
import { convertFile } from './convert-file.ts'
import { type Block, isObject, textField, type WireMessage } from './wire.ts'

export interface WirePrompt {
  system: Block[]
  messages: WireMessage[]
}

/**
 * Messages as the API takes them: one turn after another, results of tools first in the turn that follows their calls,
 * each call answered.
 *
 * @throws RtError `unsupported` for a file of a kind it does not read.
 */
export const convertPrompt = (messages: Message[], provider: string, version: AnthropicVersion): WirePrompt => {
  const system: Block[] = []
  const turns: WireMessage[] = []
  for (const message of messages) {
    const content = message.parts.flatMap((part) => convertPart(part, message, provider))
    if (content.length === 0) continue
    if (message.role !== 'system') append(turns, message.role === 'assistant' ? 'assistant' : 'user', content)
    // The old version has system texts at the very top only.
    else if (turns.length === 0 || version === '2023-06-01') system.push(...content)
    else append(turns, 'system', content)
  }
  trimPrefill(turns.at(-1))
  return { system, messages: answerCalls(turns) }
}

const append = (turns: WireMessage[], role: WireMessage['role'], content: Block[]): void => {
  const last = turns.at(-1)
  if (last?.role === role) last.content.push(...content)
  else turns.push({ role, content })
}

/** An answer to be continued may not end in white space. */
const trimPrefill = (turn: WireMessage | undefined): void => {
  const last = turn?.role === 'assistant' ? turn.content.at(-1) : undefined
  if (last?.type === 'text') last['text'] = textField(last['text']).trimEnd()
}

const convertPart = (part: Part, { role }: Message, provider: string): Block[] => {
  const kept: JsonObject = part.provider?.[provider] ?? {}
  const cache = isObject(kept['cacheControl']) && { cache_control: kept['cacheControl'] }
  if (part.type === 'text') {
    const blocks: Block[] = part.text.trim()
      ? [{ type: 'text', text: part.text, ...(role === 'assistant' && citationsOf(kept)), ...cache }]
      : []
    const block = kept['block']
    return role === 'assistant' && isObject(block) ? [...blocks, block as Block] : blocks
  }
  if (part.type === 'reasoning') {
    if (role !== 'assistant') return []
    if (typeof kept['redacted'] === 'string') return [{ type: 'redacted_thinking', data: kept['redacted'] }]
    // Thinking without its signature, of another provider, is refused.
    return typeof kept['signature'] === 'string'
      ? [{ type: 'thinking', thinking: part.text, signature: kept['signature'] }]
      : []
  }
  if (part.type === 'tool-call')
    return [
      {
        type: 'tool_use',
        id: wireId(part.id),
        name: part.name,
        input: isObject(part.arguments) ? part.arguments : {},
        ...(isObject(kept['caller']) && { caller: kept['caller'] }),
        ...(typeof kept['toolset'] === 'string' && { toolset_name: kept['toolset'] }),
        ...cache,
      },
    ]
  if (part.type === 'tool-result') return [toolResult(part, kept, cache || {})]
  // Numbers in the text stand for rt's own citations; files an assistant made cannot be sent back.
  if (part.type === 'citation' || role === 'assistant') return []
  if (role === 'system')
    throw new RtError({
      code: 'unsupported',
      message: `a system message cannot hold a file (${part.name ?? part.mediaType}).`,
      hint: 'Put the file into a user message.',
    })
  return [{ ...convertFile(part, kept), ...cache }]
}

const citationsOf = (kept: JsonObject): JsonObject =>
  Array.isArray(kept['citations']) && kept['citations'].length > 0 ? { citations: kept['citations'] } : {}

const toolResult = (part: ToolResultPart, kept: JsonObject, cache: JsonObject): Block => ({
  type: 'tool_result',
  tool_use_id: wireId(part.id),
  content: resultText(part.result),
  ...(part.isError && { is_error: true }),
  ...(typeof kept['toolset'] === 'string' && { toolset_name: kept['toolset'] }),
  ...cache,
})

const resultText = (result: JsonValue): string => (typeof result === 'string' ? result : JSON.stringify(result))

/** Ids of other providers may hold what this one refuses. */
const wireId = (id: string): string => id.replaceAll(/[^\w-]/g, '_') || '_'

/**
 * The API refuses a call without a result in the very next turn, and a result without its call. A turn that was broken
 * off, or a history cut short, has both.
 */
const answerCalls = (turns: WireMessage[]): WireMessage[] => {
  const answered: WireMessage[] = []
  for (const [i, turn] of turns.entries()) {
    const calls = i > 0 && turns[i - 1]!.role === 'assistant' ? callIds(turns[i - 1]) : []
    const results = turn.content.filter(({ type }) => type === 'tool_result')
    const others = turn.content.filter(({ type }) => type !== 'tool_result')
    const fitting = results.filter((result) => calls.includes(textField(result['tool_use_id'])))
    const stray = results.filter((result) => !fitting.includes(result))
    const given = fitting.map((result) => textField(result['tool_use_id']))
    const missing = calls.filter((id) => !given.includes(id)).map(noResult)
    const asText = stray.map((result): Block => ({
      type: 'text',
      text: `Result of an earlier tool call: ${textField(result['content'])}`,
    }))
    const content = [...fitting, ...missing, ...asText, ...others]
    // Results belong to a user's turn, also where a system text comes between.
    if (turn.role !== 'user' && missing.length > 0) {
      answered.push({ role: 'user', content: missing }, turn)
    } else answered.push({ ...turn, content })
  }
  const open = callIds(turns.at(-1))
  return open.length > 0 ? [...answered, { role: 'user', content: open.map(noResult) }] : answered
}

const callIds = (turn: WireMessage | undefined): string[] =>
  turn?.role === 'assistant'
    ? turn.content.flatMap((block) => (block.type === 'tool_use' ? [textField(block['id'])] : []))
    : []

const noResult = (id: string): Block => ({
  type: 'tool_result',
  tool_use_id: id,
  content: 'The call was broken off: there is no result.',
  is_error: true,
})
