import {
  type Clock,
  type LanguageModel,
  type ModelCapabilities,
  type ModelRequest,
  openScope,
  RtError,
  type StreamPart,
  throwIfAborted,
  toTerminal,
  withTimeout,
} from '@rt/core'
import { estimateTokens } from '../../driver-kit/estimate-tokens.ts'
import { guardBody } from '../../driver-kit/guard-body.ts'
import { refuseGrammar } from '../../driver-kit/refuse-grammar.ts'
import { refuseLocal } from '../../driver-kit/refuse-local.ts'
import { checkFiles } from './check-files.ts'
import { toV4Request } from './convert-request.ts'
import { fromV4Error } from './from-v4-error.ts'
import { createV4StreamReader } from './read-v4-stream.ts'
import type { V4LanguageModel, V4StreamPart } from './v4-language-model.ts'
import type { V4Metadata } from './v4-shared.ts'

export interface LanguageModelSource {
  /** Of the rt provider. */
  provider: string
  /** `<provider>/<model>` */
  id: string
  /** Called once a call. */
  open: () => PromiseLike<V4LanguageModel> | V4LanguageModel
  capabilities: ModelCapabilities
  providerOptions?: V4Metadata | undefined
  timeoutMs: number
  idleMs: number
  clock: Clock
}

/** A LanguageModelV4 as a model of rt. */
export const fromLanguageModel = (source: LanguageModelSource): LanguageModel => ({
  id: source.id,
  capabilities: source.capabilities,
  countTokens: async (prompt) => estimateTokens(prompt),
  async *stream(request, { signal } = {}) {
    yield { type: 'start', model: source.id }
    // Fires whenever the reading ends early, so that the model hangs up though nobody aborted.
    const scope = openScope(signal)
    try {
      throwIfAborted(signal)
      yield* readAnswer(source, request, scope.signal)
    } catch (thrown) {
      yield toTerminal(signal?.aborted ? thrown : fromV4Error(thrown, source.id), { ...(signal && { signal }) })
    } finally {
      scope.end()
    }
  },
})

async function* readAnswer(
  { provider, id, open, capabilities: { local }, providerOptions, timeoutMs, idleMs, clock }: LanguageModelSource,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart, void, undefined> {
  // A model that runs here may read everything.
  if (!local) refuseLocal(request.messages, id)
  refuseGrammar(request, id)
  const { options, ignored } = toV4Request(request, { id: provider, providerOptions })
  for (const setting of ignored)
    yield { type: 'warning', id: 'ai-sdk/setting', message: `${id}: the AI SDK has no ${setting}; it was left out.` }
  const limit = { ms: timeoutMs, signal, clock, error: () => late(id, timeoutMs) }
  const stream = await withTimeout(async (abortSignal): Promise<ReadableStream<V4StreamPart>> => {
    const model = await open()
    await checkFiles(request.messages, model, id)
    // The limit is for the beginning: the signal of the whole call goes to the model.
    abortSignal.throwIfAborted()
    return (await model.doStream({ ...options, abortSignal: signal })).stream
  }, limit)
  const reader = createV4StreamReader(provider, id)
  for await (const part of guardBody(stream, { idleMs, clock, id, signal })) {
    yield* reader.read(part)
    if (reader.finished) return
  }
  throw new RtError({ code: 'provider_error', message: `${id} ended its answer without saying why.` })
}

const late = (id: string, ms: number): RtError =>
  new RtError({ code: 'timeout', message: `${id} did not begin to answer within ${ms} ms.` })
