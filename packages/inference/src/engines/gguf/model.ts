import { type Clock, RtError, systemClock, toTerminal } from '@rt/core'
import type { Host } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import type { WatchedModels } from '../../host/watch-models.ts'
import {
  DEFAULT_SEQUENCES,
  type GenerateEvent,
  type GenerateParams,
  type GgufModel,
  type GgufModelInfo,
  type HostModelState,
  type LoadParams,
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
    },
    async countTokens(prompt, { signal } = {}) {
      checkOpen()
      return await host.call<number>('count', { load, prompt }, { signal })
    },
    async *stream(request, { signal, onPrefill } = {}) {
      open++
      try {
        yield { type: 'start', model: load.id }
        checkOpen()
        validateRequest(request)
        if (!info.reasoning && request.reasoning && request.reasoning.effort !== 'none')
          yield { type: 'warning', id: 'reasoning_ignored', message: `${load.id} cannot be told how much to think.` }
        const params: GenerateParams = { load, request, progress: onPrefill !== undefined }
        for await (const event of host.stream<GenerateEvent>('generate', params, { signal, onAbort: 'drain' })) {
          if (event.type !== 'prefill') yield event
          else onPrefill?.({ done: event.done, total: event.total })
        }
      } catch (thrown) {
        yield toTerminal(thrown)
      } finally {
        open--
        usedAt = clock.monotonic()
      }
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
