import { type Clock, type ModelRequest, RtError, type StreamPart, systemClock, toTerminal } from '@rt/core'
import type { Host } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import type { WatchedModels } from '../../host/watch-models.ts'
import {
  DEFAULT_SEQUENCES,
  type GenerateEvent,
  type GenerateParams,
  type GgufModel,
  type GgufModelInfo,
  type GgufStreamOptions,
  type HostModelState,
  type InfillParams,
  type LoadParams,
  type RedecodeParams,
} from './options.ts'
import { validateRequest } from './sampling.ts'

/** A model in the host, seen from the program. */
export const createGgufModel = ({
  host,
  load,
  info,
  models,
  clock = systemClock,
}: {
  host: Host
  load: LoadParams
  info: GgufModelInfo
  models?: Pick<WatchedModels, 'state'>
  clock?: Pick<Clock, 'monotonic'>
}): GgufModel => {
  let closed = false
  let open = 0
  let usedAt = clock.monotonic()
  /** The host would load the weights again, for a handle that never frees them. */
  const checkOpen = (): void => {
    if (!closed) return
    throw new RtError({
      code: 'shutting_down',
      message: `the model ${load.id} was closed.`,
      hint: 'Load it again.',
      retryable: false,
    })
  }
  async function* answer(
    method: 'generate' | 'redecode' | 'infill',
    params: GenerateParams | RedecodeParams | InfillParams,
    { signal, onPrefill }: GgufStreamOptions = {},
  ): AsyncGenerator<StreamPart, void> {
    open++
    try {
      yield { type: 'start', model: load.id }
      checkOpen()
      const request: ModelRequest = { messages: [], ...('request' in params && params.request) }
      validateRequest(request)
      if (!info.reasoning && request.reasoning && request.reasoning.effort !== 'none')
        yield { type: 'warning', id: 'reasoning_ignored', message: `${load.id} cannot be told how much to think.` }
      for await (const event of host.stream<GenerateEvent>(method, params, { signal, onAbort: 'drain' })) {
        if (event.type !== 'prefill') yield event
        else onPrefill?.({ done: event.done, total: event.total })
      }
    } catch (thrown) {
      yield toTerminal(thrown)
    } finally {
      open--
      usedAt = clock.monotonic()
    }
  }
  return {
    id: load.id,
    info,
    capabilities: {
      local: true,
      contextTokens: info.contextTokens,
      tools: 'grammar',
      structuredOutput: true,
      grammar: true,
      tokenCount: 'exact',
      reasoning: info.reasoning,
      images: false,
      redecode: true,
      infill: info.infill,
    },
    async countTokens(prompt, { signal } = {}) {
      checkOpen()
      return await host.call<number>('count', { load, prompt }, { signal })
    },
    stream(request, options) {
      const params: GenerateParams = { load, request, progress: options?.onPrefill !== undefined }
      return answer('generate', params, options)
    },
    redecode(callId, options) {
      const params: RedecodeParams = { load, callId }
      return answer('redecode', params, options)
    },
    infill(request, options) {
      const params: InfillParams = { load, request, progress: options?.onPrefill !== undefined }
      return answer('infill', params, options)
    },
    async tokenize(text, { signal, special = false } = {}) {
      checkOpen()
      return await host.call<number[]>('tokenize', { load, text, special }, { signal })
    },
    async detokenize(tokens, { signal, special = false } = {}) {
      checkOpen()
      return await host.call<string>('detokenize', { load, tokens, special }, { signal })
    },
    async state() {
      const running = !closed && host.pid !== undefined
      const state =
        running && (await host.call<HostModelState | undefined>('state', { key: load.key }).catch(ignoreGone))
      return {
        engine: 'gguf',
        contextTokens: info.contextTokens,
        idleMs: open > 0 ? 0 : Math.round(clock.monotonic() - usedAt),
        ...(state || nothingLoaded(load)),
        ...models?.state(load),
      }
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      // Without a child there is nothing to free.
      if (host.pid !== undefined) await host.call('unload', { key: load.key }).catch(ignoreGone)
    },
  }
}

const nothingLoaded = ({ sequences = DEFAULT_SEQUENCES }: LoadParams): HostModelState => ({
  weightsBytes: 0,
  kvBytes: 0,
  sequences: { open: 0, most: sequences },
  running: 0,
  waiting: 0,
})
