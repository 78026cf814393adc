import type { FinishReason, JsonObject, JsonValue, StreamPart, Usage } from '@rt/core'
import { joinTexts } from '../../../driver-kit/join-texts.ts'
import type { Connection } from '../connection.ts'
import { createCallId, endCall, type OpenCall, startCall } from '../open-calls.ts'
import { addLogprobs } from './read-logprobs.ts'
import { endedEarly, type StreamEnd } from '../stream-end.ts'
import { isObject, refusalError } from '../to-error.ts'
import { toUsage } from '../usage.ts'

const FINISH: Record<string, FinishReason> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'content-filter',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
}

/**
 * Chunks of chat completions as stream parts, of what came together as few as can be; returns how it ended. Lenient where
 * servers differ: calls without an index or with the same one, without an id, in one piece or many.
 *
 * @throws RtError `provider_error` when the stream ends before the model did.
 */
export async function* parseStream(
  pieces: AsyncIterable<unknown[]>,
  connection: Connection,
): AsyncGenerator<StreamPart, StreamEnd> {
  const { id, quirks } = connection
  const calls = createCalls()
  const details: JsonValue[] = []
  let usage: Usage | undefined
  let finish: string | undefined
  let refused = false
  const read = (chunk: unknown, parts: StreamPart[]): void => {
    if (!isObject(chunk)) return
    const grouped = isObject(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined
    usage = toUsage(chunk['usage'] ?? grouped) ?? usage
    const choice: unknown = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
    if (!isObject(choice)) return
    if (isObject(choice['error'])) throw refusalError({ error: choice['error'] }, connection)
    const delta = isObject(choice['delta']) ? choice['delta'] : {}
    const reasoning = quirks.reasoningFields.map((field) => delta[field]).find((value) => typeof value === 'string')
    if (typeof reasoning === 'string' && reasoning) parts.push({ type: 'reasoning-delta', text: reasoning })
    if (Array.isArray(delta['reasoning_details'])) details.push(...(delta['reasoning_details'] as JsonValue[]))
    readContent(delta['content'], parts)
    addLogprobs(choice['logprobs'], parts)
    if (typeof delta['refusal'] === 'string' && delta['refusal']) {
      refused = true
      parts.push({ type: 'text-delta', text: delta['refusal'] })
    }
    if (Array.isArray(delta['tool_calls'])) for (const call of delta['tool_calls']) parts.push(...calls.add(call))
    if (typeof choice['finish_reason'] === 'string' && choice['finish_reason']) finish = choice['finish_reason']
  }
  for await (const chunks of pieces) {
    const parts: StreamPart[] = []
    try {
      for (const chunk of chunks) read(chunk, parts)
    } finally {
      // Also what came before a chunk that fails.
      for (const part of joinTexts(parts)) yield part
    }
  }
  if (finish === undefined) throw endedEarly(id)
  // It closes the reasoning, and goes back with the turn.
  if (details.length > 0)
    yield { type: 'reasoning-delta', text: '', provider: { [id]: { reasoning_details: details } } }
  for (const call of calls.all()) yield endCall(call, id)
  const reason = FINISH[finish] ?? 'stop'
  if (refused) return { finishReason: 'content-filter', usage }
  // Some say `stop` after calls too.
  return { finishReason: reason === 'stop' && calls.all().length > 0 ? 'tool-calls' : reason, usage }
}

/** Text, or a list in which thinking stands beside text. */
const readContent = (content: unknown, parts: StreamPart[]): void => {
  if (typeof content === 'string' && content) parts.push({ type: 'text-delta', text: content })
  if (!Array.isArray(content)) return
  for (const piece of content) {
    if (!isObject(piece)) continue
    if (typeof piece['text'] === 'string' && piece['text']) parts.push({ type: 'text-delta', text: piece['text'] })
    if (!Array.isArray(piece['thinking'])) continue
    for (const thought of piece['thinking'])
      if (isObject(thought) && typeof thought['text'] === 'string' && thought['text'])
        parts.push({ type: 'reasoning-delta', text: thought['text'] })
  }
}

interface Calls {
  add(delta: unknown): Generator<StreamPart>
  all(): OpenCall[]
}

const createCalls = (): Calls => {
  /** In the order they came. */
  const calls: (OpenCall & { index: unknown; given: string; started: boolean })[] = []

  /** A call goes on where its index says; another id, or a name anew, is another call whatever the index says. */
  const find = (index: unknown, given: string, name: string): (typeof calls)[number] | undefined => {
    const same = calls.findLast((call) => (index === undefined ? true : call.index === index))
    if (!same) return undefined
    const other = given ? same.given !== '' && same.given !== given : index === undefined && name !== ''
    return other ? calls.find((call) => given !== '' && call.given === given) : same
  }

  return {
    *add(delta) {
      if (!isObject(delta)) return
      const { index } = delta
      const given = typeof delta['id'] === 'string' ? delta['id'] : ''
      const said = isObject(delta['function']) ? delta['function'] : {}
      const name = typeof said['name'] === 'string' ? said['name'] : ''
      // A few hand over arguments as a value.
      const fragment =
        typeof said['arguments'] === 'string'
          ? said['arguments']
          : isObject(said['arguments'])
            ? JSON.stringify(said['arguments'])
            : ''
      let call = find(index, given, name)
      if (!call)
        calls.push(
          (call = { id: given || createCallId(), given, index, name: '', arguments: '', provider: {}, started: false }),
        )
      if (isObject(delta['extra_content'])) call.provider['extra_content'] = delta['extra_content'] as JsonObject
      call.arguments += fragment
      if (!call.started && name) {
        call.name = name
        call.started = true
        yield* startCall(call)
      } else if (call.started && fragment) yield { type: 'tool-call-delta', id: call.id, delta: fragment }
    },
    all: () => calls.filter(({ started }) => started),
  }
}
