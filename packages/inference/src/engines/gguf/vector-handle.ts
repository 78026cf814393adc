import { RtError, systemClock, type Clock } from '@rt/core'
import type { Host } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import type { ModelState } from '../../host/model-state.ts'
import type { WatchedModels } from '../../host/watch-models.ts'
import { checkTextLength } from './context-size.ts'
import type { HostModelState } from './options.ts'
import type { VectorInfo, VectorLoad } from './vector-options.ts'

export interface VectorHost {
  host: Host
  models?: Pick<WatchedModels, 'state'> | undefined
  clock?: Pick<Clock, 'monotonic'> | undefined
}

/** An embedder or a reranker in the host, seen from the program. */
export interface VectorHandle extends AsyncDisposable {
  readonly info: VectorInfo
  /** Runs calls for one request. */
  request<T>(
    work: (call: <R>(method: string, params: object) => Promise<R>) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  state(): Promise<ModelState>
}

export const openVectorModel = async (
  { host, models, clock = systemClock }: VectorHost,
  load: VectorLoad,
  signal?: AbortSignal,
): Promise<VectorHandle> => {
  checkTextLength(load)
  const info = await host.call<VectorInfo>('loadVectors', load, { signal })
  let closed = false
  let open = 0
  let usedAt = clock.monotonic()
  return {
    info,
    async request(work, stop) {
      if (closed)
        throw new RtError({
          code: 'shutting_down',
          message: `the model ${load.id} was closed.`,
          hint: 'Load it again.',
          retryable: false,
        })
      open++
      try {
        return await work((method, params) => host.call(method, { load, ...params }, { signal: stop }))
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
        contextTokens: info.maxTokens,
        idleMs: open > 0 ? 0 : Math.round(clock.monotonic() - usedAt),
        ...(state || NOTHING_LOADED),
        ...models?.state(load),
      }
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      if (host.pid !== undefined) await host.call('unload', { key: load.key }).catch(ignoreGone)
    },
  }
}

const NOTHING_LOADED: HostModelState = {
  weightsBytes: 0,
  kvBytes: 0,
  sequences: { open: 0, most: 1 },
  running: 0,
  waiting: 0,
}
