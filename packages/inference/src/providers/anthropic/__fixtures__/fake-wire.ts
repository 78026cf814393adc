import type { FakeWire, WireAnswer, WireFault, WireFrame } from '../../../conformance/fake-wire.ts'
import type { FinishReason, JsonSchema, ToolChoice, Usage } from '@rt/core'

/** An event as the API sends it: its name is mandatory. */
export const frame = (event: { type: string } & Record<string, unknown>): WireFrame => [
  `event: ${event.type}`,
  `data: ${JSON.stringify(event)}`,
]

/** A block with its deltas. */
export const block = (index: number, start: object, deltas: object[]): WireFrame[] => [
  frame({ type: 'content_block_start', index, content_block: start }),
  ...deltas.map((delta) => frame({ type: 'content_block_delta', index, delta })),
  frame({ type: 'content_block_stop', index }),
]

/** A whole message around its blocks. */
export const message = (
  blocks: WireFrame[][],
  { stopReason = 'end_turn', stopDetails, usage }: { stopReason?: string; stopDetails?: object; usage?: Usage } = {},
): WireFrame[] => [
  frame({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'test-model',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage && {
        usage: {
          input_tokens: usage.input,
          cache_read_input_tokens: usage.cacheRead,
          cache_creation_input_tokens: usage.cacheWrite,
          output_tokens: 1,
          output_tokens_details: null,
        },
      }),
    },
  }),
  frame({ type: 'ping' }),
  ...blocks.flat(),
  frame({
    type: 'message_delta',
    delta: { stop_reason: stopReason, stop_sequence: null, stop_details: stopDetails ?? null },
    ...(usage && {
      // Cumulative; counts that have not changed come as null.
      usage: {
        input_tokens: null,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: null,
        output_tokens: usage.output,
        output_tokens_details: { thinking_tokens: usage.reasoning },
      },
    }),
  }),
  frame({ type: 'message_stop' }),
]

const REASONS: Partial<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
}

const frames = ({ reasoning, text, toolCalls = [], finishReason, usage }: WireAnswer): WireFrame[] => {
  const starts: [start: object, deltas: object[]][] = [
    ...(reasoning
      ? [
          [
            { type: 'thinking', thinking: '', signature: '' },
            [
              ...reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
              { type: 'signature_delta', signature: 'c2lnbmVk' },
            ],
          ] satisfies [object, object[]],
        ]
      : []),
    ...(text
      ? [
          [{ type: 'text', text: '' }, text.map((piece) => ({ type: 'text_delta', text: piece }))] satisfies [
            object,
            object[],
          ],
        ]
      : []),
    ...toolCalls.map(({ id, name, fragments }): [object, object[]] => [
      { type: 'tool_use', id, name, input: {} },
      ['', ...fragments].map((partial) => ({ type: 'input_json_delta', partial_json: partial })),
    ]),
  ]
  return message(
    starts.map(([start, deltas], index) => block(index, start, deltas)),
    { stopReason: REASONS[finishReason ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop')] ?? 'end_turn', usage },
  )
}

const FAULTS: Record<WireFault, [status: number, type: string]> = {
  'rate-limited': [429, 'rate_limit_error'],
  overloaded: [529, 'overloaded_error'],
  'server-error': [500, 'api_error'],
  unauthorized: [401, 'authentication_error'],
  'model-not-found': [404, 'not_found_error'],
  'context-overflow': [400, 'invalid_request_error'],
  'invalid-request': [400, 'invalid_request_error'],
}

interface SentBody {
  model: string
  tools?: { name: string }[]
  tool_choice?: { type: string; name?: string }
  output_config?: { format?: { schema: JsonSchema } }
}

const choice = (sent: NonNullable<SentBody['tool_choice']>): ToolChoice => {
  if (sent.type === 'tool') return { name: sent.name! }
  return sent.type === 'any' ? 'required' : sent.type === 'none' ? 'none' : 'auto'
}

/** The Messages API, played. */
export const anthropicWire: FakeWire = {
  framing: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  counts: { cacheWrite: true, reasoning: true },
  frames,
  optionalFrames: 1,
  errorFrame: (text) => frame({ type: 'error', error: { type: 'api_error', message: text } }),
  refuse(fault, text) {
    const [status, type] = FAULTS[fault]
    const words = fault === 'context-overflow' ? `prompt is too long: 210000 tokens > 200000 maximum. ${text}` : text
    return {
      status,
      body: JSON.stringify({ type: 'error', error: { type, message: words }, request_id: 'req_1' }),
      headers: { 'request-id': 'req_1' },
    }
  },
  read({ body }) {
    const sent = JSON.parse(body) as SentBody
    return {
      model: sent.model,
      tools: (sent.tools ?? []).map(({ name }) => name),
      ...(sent.tool_choice && { toolChoice: choice(sent.tool_choice) }),
      ...(sent.output_config?.format && { schema: sent.output_config.format.schema }),
    }
  },
  models: (ids) =>
    JSON.stringify({
      data: ids.map((id) => ({
        type: 'model',
        id,
        display_name: id,
        created_at: '2026-01-02T03:04:05Z',
        max_input_tokens: 1_000_000,
        max_tokens: 128_000,
      })),
      has_more: false,
      first_id: ids[0],
      last_id: ids.at(-1),
    }),
}
