import type { JsonSchema, ToolChoice } from '@rt/core'
import type { FakeWire, WireFrame } from '../../../conformance/index.ts'
import { embeddings, models, refuse } from './chat-wire.ts'

interface ResponsesBody {
  model: string
  tools?: { name: string }[]
  tool_choice?: string | { name: string }
  text?: { format: { schema?: JsonSchema } }
}

/** The Responses API as OpenAI streams it. */
export const responsesWire: FakeWire = {
  framing: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  counts: { cacheWrite: true, reasoning: true },
  optionalFrames: 0,
  frames({ reasoning = [], text = [], toolCalls = [], finishReason = 'stop', usage }) {
    const frames: WireFrame[] = []
    const say = (type: string, rest: object): void => {
      frames.push([`event: ${type}`, `data: ${JSON.stringify({ type, sequence_number: frames.length, ...rest })}`])
    }
    let place = 0
    say('response.created', { response: { id: 'resp_1', status: 'in_progress', output: [] } })
    if (reasoning.length > 0) {
      const at = { item_id: 'rs_1', output_index: place++, summary_index: 0 }
      say('response.output_item.added', { ...at, item: { type: 'reasoning', id: 'rs_1', summary: [] } })
      for (const delta of reasoning) say('response.reasoning_summary_text.delta', { ...at, delta })
      const summary = [{ type: 'summary_text', text: reasoning.join('') }]
      say('response.output_item.done', {
        ...at,
        item: { type: 'reasoning', id: 'rs_1', summary, encrypted_content: 'gAAA', status: 'completed' },
      })
    }
    if (text.length > 0) {
      const at = { item_id: 'msg_1', output_index: place++, content_index: 0 }
      say('response.output_item.added', { ...at, item: { type: 'message', id: 'msg_1', content: [] } })
      for (const delta of text) say('response.output_text.delta', { ...at, delta, logprobs: [] })
      say('response.output_item.done', { ...at, item: { type: 'message', id: 'msg_1', phase: 'final_answer' } })
    }
    for (const { id, name, fragments } of toolCalls) {
      const at = { item_id: `fc_${id}`, output_index: place++ }
      const item = { type: 'function_call', id: at.item_id, call_id: id, name, arguments: '' }
      say('response.output_item.added', { ...at, item })
      for (const delta of fragments) say('response.function_call_arguments.delta', { ...at, delta })
      say('response.output_item.done', { ...at, item: { ...item, arguments: fragments.join('') } })
    }
    const reason = { length: 'max_output_tokens', 'content-filter': 'content_filter' }[String(finishReason)]
    say(reason ? 'response.incomplete' : 'response.completed', {
      response: {
        id: 'resp_1',
        status: reason ? 'incomplete' : 'completed',
        ...(reason && { incomplete_details: { reason } }),
        ...(usage && {
          usage: {
            input_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
            input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning },
          },
        }),
      },
    })
    return frames
  },
  errorFrame: (message) => [
    'event: error',
    `data: ${JSON.stringify({ type: 'error', code: 'server_error', message, param: null, sequence_number: 9 })}`,
  ],
  refuse,
  read({ body }) {
    const { model, tools = [], tool_choice: choice, text } = JSON.parse(body) as ResponsesBody
    const toolChoice = typeof choice === 'object' ? { name: choice.name } : (choice as ToolChoice | undefined)
    return {
      model,
      tools: tools.map(({ name }) => name),
      ...(toolChoice && { toolChoice }),
      ...(text?.format.schema && { schema: text.format.schema }),
    }
  },
  embeddings,
  models,
}
