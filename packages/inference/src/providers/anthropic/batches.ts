import {
  type CallOptions,
  createMessageBuilder,
  emptyUsage,
  type FinishReason,
  type Message,
  type ModelRequest,
  RtError,
  type SerializedRtError,
  type Usage,
} from '@rt/core'
import { refuseGrammar } from '../../driver-kit/refuse-grammar.ts'
import { refuseLocal } from '../../driver-kit/refuse-local.ts'
import { callApi } from './call-api.ts'
import { finishReasonOf } from './finish-reason.ts'
import type { AnthropicClient } from './load-client.ts'
import { type AnthropicModelFacts, modelFacts } from './model-facts.ts'
import type { AnthropicSettings } from './options.ts'
import { createAnswerReader } from './parse-stream.ts'
import { requestBody } from './request-body.ts'
import { apiError, errorContext } from './to-rt-error.ts'
import type { Block, WireUsage } from './wire.ts'

export interface AnthropicBatchRequest {
  /** Yours, to find the answer again; letters, digits, `_` and `-`, at most 64. */
  id: string
  /** Without the provider, e.g. `claude-haiku-4-5`. */
  model: string
  request: ModelRequest
}

export interface AnthropicBatch {
  id: string
  status: 'in_progress' | 'canceling' | 'ended'
  counts: { processing: number; succeeded: number; errored: number; canceled: number; expired: number }
}

/** An answer, or why there is none. */
export type AnthropicBatchResult =
  | { id: string; messages: Message[]; text: string; finishReason: FinishReason; usage: Usage }
  | { id: string; error: SerializedRtError }

export interface AnthropicBatches {
  create(requests: AnthropicBatchRequest[], options?: CallOptions): Promise<AnthropicBatch>
  get(id: string, options?: CallOptions): Promise<AnthropicBatch>
  cancel(id: string, options?: CallOptions): Promise<AnthropicBatch>
  /** Once it has ended; in no order. */
  results(id: string, options?: CallOptions): Promise<AnthropicBatchResult[]>
}

export const createBatches = (
  settings: AnthropicSettings,
  client: () => Promise<AnthropicClient>,
  listed: (model: string) => Partial<AnthropicModelFacts>,
): AnthropicBatches => {
  const body = ({ id, model, request }: AnthropicBatchRequest): { custom_id: string; params: never } => {
    refuseLocal(request.messages, `${settings.id}/${model}`)
    refuseGrammar(request, `${settings.id}/${model}`)
    const facts = modelFacts(model, { ...listed(model), ...(settings.models[model] ?? settings.models['*']) })
    const { body: params, answer } = requestBody(request, model, facts, settings)
    if (answer)
      throw new RtError({
        code: 'unsupported',
        message: `the batch request ${id} asks ${model} for a shape of answer its output_config does not take.`,
        hint: 'Close the objects of the schema, or send this request by itself.',
      })
    // Its types are those of one version.
    return { custom_id: id, params: params as never }
  }
  return {
    create: (requests, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) =>
        toBatch(await sdk.messages.batches.create({ requests: requests.map(body) }, { signal })),
      ),
    get: (id, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) =>
        toBatch(await sdk.messages.batches.retrieve(id, {}, { signal })),
      ),
    cancel: (id, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) =>
        toBatch(await sdk.messages.batches.cancel(id, {}, { signal })),
      ),
    results: (id, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) => {
        // Not the address the batch names: the key goes to baseURL only.
        const path = `/v1/messages/batches/${encodeURIComponent(id)}/results`
        const response = await sdk.get(path, { signal, headers: { accept: 'application/x-jsonl' } }).asResponse()
        const lines = (await response.text()).split('\n').filter((line) => line.trim())
        return lines.map((line): AnthropicBatchResult => {
          const { custom_id: name, result } = JSON.parse(line) as WireResult
          if (result.type === 'succeeded') return { id: name, ...toAnswer(settings.id, result.message) }
          const error =
            result.type === 'errored'
              ? apiError({ error: result.error, message: 'it failed' }, errorContext(settings))
              : new RtError({
                  code: result.type === 'canceled' ? 'aborted' : 'timeout',
                  message: `the batch request ${name} was ${result.type === 'canceled' ? 'cancelled' : 'not answered within a day'}.`,
                })
          return { id: name, error: error.toJSON() }
        })
      }),
  }
}

interface WireResult {
  custom_id: string
  result:
    | { type: 'succeeded'; message: WireAnswerMessage }
    | { type: 'errored'; error: unknown }
    | { type: 'canceled' | 'expired' }
}

interface WireAnswerMessage {
  content: Block[]
  stop_reason: string | null
  usage: WireUsage
}

const toAnswer = (
  provider: string,
  { content, stop_reason: stopReason, usage }: WireAnswerMessage,
): { messages: Message[]; text: string; finishReason: FinishReason; usage: Usage } => {
  const reader = createAnswerReader(provider, undefined)
  const builder = createMessageBuilder()
  const events = content.flatMap((block, index) => [
    { type: 'content_block_start', index, content_block: block },
    { type: 'content_block_stop', index },
  ])
  for (const event of [{ type: 'message_start', message: { usage } }, ...events])
    for (const part of reader.read(event)) builder.add(part)
  return {
    messages: builder.messages(),
    text: builder.text(),
    finishReason: finishReasonOf(stopReason ?? 'end_turn'),
    usage: reader.usage ?? emptyUsage(),
  }
}

const toBatch = (batch: {
  id: string
  processing_status: AnthropicBatch['status']
  request_counts: AnthropicBatch['counts']
}): AnthropicBatch => {
  const { processing, succeeded, errored, canceled, expired } = batch.request_counts
  return {
    id: batch.id,
    status: batch.processing_status,
    counts: { processing, succeeded, errored, canceled, expired },
  }
}
