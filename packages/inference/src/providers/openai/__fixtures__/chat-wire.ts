import type { FinishReason, JsonSchema, ToolChoice, Usage } from '@rt/core'
import type { FakeWire, WireFault, WireFrame, WireRefusal } from '../../../conformance/index.ts'

const REASONS: Record<FinishReason, string> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  limit: 'stop',
  approval: 'stop',
}

const chunk = (choices: unknown[], rest: object = {}): WireFrame => [
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...rest })}`,
]

const delta = (part: object): WireFrame => chunk([{ index: 0, delta: part, finish_reason: null }])

const toRaw = ({ input, cacheRead, cacheWrite, output, reasoning }: Usage): object => ({
  prompt_tokens: input + cacheRead + cacheWrite,
  completion_tokens: output,
  total_tokens: input + cacheRead + cacheWrite + output,
  prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
  completion_tokens_details: { reasoning_tokens: reasoning },
})

const REFUSALS: Record<WireFault, [status: number, type: string, code: string | null]> = {
  'rate-limited': [429, 'requests', 'rate_limit_exceeded'],
  overloaded: [503, 'server_error', null],
  'server-error': [500, 'server_error', null],
  unauthorized: [401, 'invalid_request_error', 'invalid_api_key'],
  'model-not-found': [404, 'invalid_request_error', 'model_not_found'],
  'context-overflow': [400, 'invalid_request_error', 'context_length_exceeded'],
  'invalid-request': [400, 'invalid_request_error', null],
}

export const refuse = (fault: WireFault, message: string): WireRefusal => {
  const [status, type, code] = REFUSALS[fault]
  return { status, body: JSON.stringify({ error: { message, type, param: null, code } }) }
}

export const embeddings = (vectors: number[][], tokens: number): string =>
  JSON.stringify({
    object: 'list',
    // The order is what `index` says.
    data: vectors
      .map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
      }))
      .toReversed(),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })

export const models = (ids: string[]): string =>
  JSON.stringify({ object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 1, owned_by: 'me' })) })

interface ChatBody {
  model: string
  tools?: { function: { name: string } }[]
  tool_choice?: string | { function: { name: string } }
  response_format?: { json_schema?: { schema: JsonSchema } }
}

const toChoice = (choice: ChatBody['tool_choice']): ToolChoice | undefined =>
  typeof choice === 'object' ? { name: choice.function.name } : (choice as ToolChoice | undefined)

/** Chat completions as OpenAI streams them. */
export const chatWire: FakeWire = {
  framing: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  counts: { cacheWrite: true, reasoning: true },
  optionalFrames: 1,
  frames: ({ reasoning = [], text = [], toolCalls = [], finishReason, usage }) => [
    delta({ role: 'assistant', content: '' }),
    ...reasoning.map((reasoning_content) => delta({ reasoning_content })),
    ...text.map((content) => delta({ content })),
    ...toolCalls.flatMap(({ id, name, fragments }, index) => [
      delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...fragments.map((fragment) => delta({ tool_calls: [{ index, function: { arguments: fragment } }] })),
    ]),
    chunk([{ index: 0, delta: {}, finish_reason: REASONS[finishReason ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop')] }]),
    ...(usage ? [chunk([], { usage: toRaw(usage) })] : []),
    ['data: [DONE]'],
  ],
  errorFrame: (message) => [`data: ${JSON.stringify({ error: { message, type: 'server_error', code: null } })}`],
  refuse,
  read({ body }) {
    const { model, tools = [], tool_choice: choice, response_format: format } = JSON.parse(body) as ChatBody
    const toolChoice = toChoice(choice)
    return {
      model,
      tools: tools.map((tool) => tool.function.name),
      ...(toolChoice && { toolChoice }),
      ...(format?.json_schema && { schema: format.json_schema.schema }),
    }
  },
  embeddings,
  models,
}
