import type { JsonObject, StreamPart } from '@rt/core'
import type { Connection } from '../connection.ts'
import { createCallId, endCall, type OpenCall, startCall } from '../open-calls.ts'
import { endedEarly, type StreamEnd } from '../stream-end.ts'
import { isObject, refusalError } from '../to-error.ts'
import { toUsage } from '../usage.ts'

type Event = Record<string, unknown>

/**
 * Events of the Responses API as stream parts; returns how it ended.
 *
 * @throws RtError of a failed response, or `provider_error` when the stream ends before the response did.
 */
export async function* parseStream(
  pieces: AsyncIterable<unknown[]>,
  connection: Connection,
): AsyncGenerator<StreamPart, StreamEnd> {
  const { id } = connection
  const calls: (OpenCall & { keys: unknown[] })[] = []
  let refused = false
  /** Some servers leave out the item's id, or its place. */
  const callOf = ({ item_id: itemId, output_index: place }: Event): OpenCall | undefined =>
    calls.findLast(({ keys }) => keys.includes(itemId ?? place)) ?? calls.at(-1)

  for await (const event of flat(pieces)) {
    if (!isObject(event)) continue
    const item = isObject(event['item']) ? event['item'] : {}
    const delta = typeof event['delta'] === 'string' ? event['delta'] : ''
    switch (event['type']) {
      case 'response.output_text.delta':
        if (delta) yield { type: 'text-delta', text: delta }
        break
      case 'response.refusal.delta':
        refused = true
        if (delta) yield { type: 'text-delta', text: delta }
        break
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        if (delta) yield { type: 'reasoning-delta', text: delta }
        break
      case 'response.reasoning_summary_part.added':
        if (Number(event['summary_index']) > 0) yield { type: 'reasoning-delta', text: '\n\n' }
        break
      case 'response.output_item.added':
        if (item['type'] === 'function_call') {
          const call = {
            ...openCall(item),
            keys: [item['id'], event['output_index']].filter((key) => key !== undefined),
          }
          calls.push(call)
          yield* startCall(call)
        }
        break
      case 'response.function_call_arguments.delta': {
        const call = callOf(event)
        if (!call || !delta) break
        call.arguments += delta
        yield { type: 'tool-call-delta', id: call.id, delta }
        break
      }
      case 'response.output_item.done':
        if (item['type'] === 'function_call') {
          const call = callOf({ item_id: item['id'], output_index: event['output_index'] })
          if (call) yield* finishCall(call, item, id)
        } else yield* attach(item, id)
        break
      case 'response.failed':
      case 'error': {
        const response = isObject(event['response']) ? event['response'] : {}
        throw refusalError({ error: response['error'] ?? event['error'] ?? event }, connection)
      }
      case 'response.completed':
      case 'response.incomplete': {
        const response = isObject(event['response']) ? event['response'] : {}
        const details = isObject(response['incomplete_details']) ? response['incomplete_details'] : {}
        const usage = toUsage(response['usage'])
        if (refused || details['reason'] === 'content_filter') return { finishReason: 'content-filter', usage }
        if (event['type'] === 'response.incomplete') return { finishReason: 'length', usage }
        return { finishReason: calls.length > 0 ? 'tool-calls' : 'stop', usage }
      }
    }
  }
  throw endedEarly(id)
}

async function* flat(pieces: AsyncIterable<unknown[]>): AsyncGenerator<unknown, void, undefined> {
  for await (const events of pieces) yield* events
}

const openCall = (item: Event): OpenCall => ({
  id: typeof item['call_id'] === 'string' && item['call_id'] ? item['call_id'] : createCallId(),
  name: typeof item['name'] === 'string' ? item['name'] : '',
  arguments: '',
  provider: typeof item['id'] === 'string' ? { id: item['id'] } : {},
})

/** The item says the arguments once more, whole: also where no delta did. */
function* finishCall(call: OpenCall, item: Event, id: string): Generator<StreamPart> {
  const whole = typeof item['arguments'] === 'string' ? item['arguments'] : ''
  if (whole && !call.arguments) {
    call.arguments = whole
    yield { type: 'tool-call-delta', id: call.id, delta: whole }
  }
  yield endCall(call, id)
}

/** What an item must have with it when it goes back. It closes the part it belongs to. */
function* attach(item: Event, id: string): Generator<StreamPart> {
  if (item['type'] === 'message' && typeof item['phase'] === 'string')
    yield { type: 'text-delta', text: '', provider: { [id]: { phase: item['phase'] } } }
  if (item['type'] !== 'reasoning') return
  const { status: _, ...kept } = item as JsonObject
  // Nothing is stored there: an item that brings neither its content nor its encryption cannot go back.
  const whole = kept['encrypted_content'] || (Array.isArray(kept['content']) && kept['content'].length > 0)
  if (whole) yield { type: 'reasoning-delta', text: '', provider: { [id]: { item: kept } } }
}
