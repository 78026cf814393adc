import {
  type LanguageModel,
  type ModelRequest,
  openScope,
  RtError,
  type StreamPart,
  toTerminal,
  toRtError,
} from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { estimateTokens } from '../../driver-kit/estimate-tokens.ts'
import { guardBody } from '../../driver-kit/guard-body.ts'
import { readEvents } from '../../driver-kit/read-events.ts'
import { broken, type Connection, readBytes, reasonIn, send } from './connection.ts'
import { generateBody } from './convert-prompt.ts'
import { parseObject } from './infer-body.ts'
import type { KServeModelOptions } from './options.ts'
import { createGenerateReader } from './parse-stream.ts'

/** A model behind Triton's `generate_stream`: text in, text out. */
export const createLanguageModel = (
  connection: Connection,
  { path, id, options }: { path: string; id: string; options: KServeModelOptions },
): LanguageModel => ({
  id,
  capabilities: {
    local: false,
    contextTokens: options.contextTokens ?? 8192,
    tools: 'none',
    structuredOutput: false,
    tokenCount: 'estimate',
    reasoning: false,
    images: false,
  },
  countTokens: async (prompt) => estimateTokens(prompt),
  async *stream(request, { signal } = {}) {
    yield { type: 'start', model: id }
    const scope = openScope(signal)
    try {
      yield* readAnswer(connection, { path, id, options }, request, scope.signal)
    } catch (thrown) {
      yield toTerminal(toRtError(thrown, 'provider_error'), { ...(signal && { signal }) })
    } finally {
      scope.end()
    }
  },
})

const UNNAMED = ['minP', 'repeatLastTokens', 'xtc', 'dry', 'logitBias'] as const

async function* readAnswer(
  connection: Connection,
  { path, id, options }: { path: string; id: string; options: KServeModelOptions },
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart, void, undefined> {
  const ignored = UNNAMED.filter((name) => request.sampling?.[name] !== undefined)
  if (request.logprobs) yield { type: 'warning', id: 'logprobs_ignored', message: `${id} tells no logprobs.` }
  if (ignored.length > 0)
    yield {
      type: 'warning',
      id: 'sampling_ignored',
      message: `${ignored.join(', ')} is not sent: ${id} has no name for it.`,
    }
  const call = {
    path: `${path}/generate_stream`,
    id,
    body: generateBody(request, options, id),
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  }
  const response = await send(connection, call, signal)
  if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
    const text = new TextDecoder().decode(await readBytes(connection, response, id, signal))
    throw new RtError({
      code: 'provider_error',
      message: `${id} answered with something else than a stream: ${cleanMessage(reasonIn(text), [connection.apiKey])}`,
    })
  }
  const { idleMs, clock, apiKey: secret } = connection
  const reader = createGenerateReader({ id, reports: options.reports ?? false, secret })
  try {
    for await (const data of readEvents(guardBody(response.body, { idleMs, clock, id, signal })))
      yield* reader.read(parseObject(data))
  } catch (thrown) {
    throw RtError.isInstance(thrown) ? thrown : broken(id, thrown)
  }
  yield* reader.end()
}
