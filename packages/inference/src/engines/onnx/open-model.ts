import { stat } from 'node:fs/promises'
import { type Clock, RtError, systemClock, throwIfAborted } from '@rt/core'
import type { FileIdentity } from '@rt/node/files'
import type { ExecutionProvider, ProviderChoice } from '../../driver-kit/execution-provider.ts'
import type { Host } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import type { WatchedModels } from '../../host/watch-models.ts'
import type { ModelState } from '../../host/model-state.ts'
import { DEFAULT_LIMITS } from './plan-batches.ts'
import type { LoadParams, LoadResult, ModelSpec, StateParams, StateResult, UnloadParams } from './protocol.ts'
import { selectProvider } from './select-provider.ts'
import type { SilenceLimit } from './silence-limit.ts'

/** What every model of this engine is loaded from. */
export interface OnnxModelOptions {
  /** As the user names it, e.g. `bge-small-en-v1.5`. */
  id: string
  modelPath: string
  /** tokenizer.json of Hugging Face. */
  tokenizerPath: string
  /**
   * Of the files as they were checked: `stamps` of the catalog. Other files under those paths are `checksum_mismatch`
   * then. Default: whatever is there is taken.
   */
  stamps?: { model?: FileIdentity | undefined; tokenizer?: FileIdentity | undefined } | undefined
  /** Tokens the model takes, special ones included; longer texts are cut. */
  maxTokens: number
  signal?: AbortSignal | undefined
}

/** Of an engine, for all its models. */
export interface ModelHost {
  host: Host
  watched?: Pick<WatchedModels, 'state'>
  threads: number
  providers: readonly ProviderChoice[]
  limit: SilenceLimit
  clock?: Pick<Clock, 'monotonic'>
  /** What this machine lacks for a provider. */
  explain?: ((provider: ExecutionProvider) => Promise<string | undefined>) | undefined
}

/** A model in the host, seen from the program. */
export interface OpenedModel<S extends ModelSpec> extends AsyncDisposable {
  /** sha256 of its files, when asked for. */
  readonly hashes: string[]
  /** A call with its spec, which a restarted child finds its model by. @throws RtError `shutting_down` once closed. */
  call<T extends { msPerToken: number }>(method: string, params: object, signal?: AbortSignal): Promise<T>
  /** A call that runs nothing. */
  send<T>(method: string, params: object, signal?: AbortSignal): Promise<T>
  /** A request whose answer comes in parts; an abort ends it in the child's own words. Throws as `call` does. */
  stream<T>(method: string, params: object, signal?: AbortSignal): AsyncIterable<T>
  /** Counts as one request from begin to end, however many calls it makes. */
  request<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>
  state(): Promise<ModelState>
  readonly spec: S
  /** Of a model that writes. */
  readonly templateHash?: string | undefined
  /** Of an embedder: length of its vectors. */
  readonly dimensions?: number | undefined
}

/** Weights come from a disk at this speed at least. */
const LEAST_BYTES_PER_MS = 10_000

export const openModel = async <S extends ModelSpec>(
  { host, watched, threads, providers, limit, explain, clock = systemClock }: ModelHost,
  options: Omit<S, 'provider' | 'threads'>,
  { hash = false, signal }: { hash?: boolean; signal?: AbortSignal | undefined },
): Promise<OpenedModel<S>> => {
  const { id, maxTokens, modelPath } = options
  requireWhole(id, { maxTokens })
  const { size } = await stat(modelPath).catch(() => ({ size: 0 }))
  const { value, passedOver } = await limit.during(size / LEAST_BYTES_PER_MS, () =>
    selectProvider(
      providers,
      async (provider) => {
        const spec = { ...options, threads, provider } as S
        const params: LoadParams = { spec, hash }
        return { spec, ...(await host.call<LoadResult>('load', params, { signal })) }
      },
      explain,
    ),
  )
  const { spec, hashes } = value
  let { msPerToken } = value
  let closed = false
  let running = 0
  let usedAt = clock.monotonic()
  const longestRun = (): number => msPerToken * Math.max(maxTokens, DEFAULT_LIMITS.tokens)
  const begin = (): void => {
    if (closed) throw closedError(id)
    running++
  }
  const end = (): void => {
    running--
    usedAt = clock.monotonic()
  }
  return {
    spec,
    hashes,
    templateHash: value.templateHash,
    dimensions: value.dimensions,
    send: (method, params, stop) => host.call(method, { spec, ...params }, { signal: stop }),
    async *stream<T>(method: string, params: object, stop?: AbortSignal): AsyncGenerator<T, void> {
      throwIfAborted(stop)
      begin()
      using _silence = limit.expect(longestRun())
      try {
        yield* host.stream<T>(method, { spec, ...params }, { signal: stop, onAbort: 'drain' })
      } finally {
        end()
      }
    },
    async call<T extends { msPerToken: number }>(method: string, params: object, stop?: AbortSignal): Promise<T> {
      const work = (): Promise<T> => host.call<T>(method, { spec, ...params }, { signal: stop })
      const result = await limit.during(longestRun(), work)
      msPerToken = Math.max(msPerToken, result.msPerToken)
      return result
    },
    async request(stop, work) {
      throwIfAborted(stop)
      begin()
      try {
        return await work()
      } finally {
        end()
      }
    },
    async state() {
      const params: StateParams = { spec }
      const loaded = !closed && host.pid !== undefined
      const state = loaded && (await host.call<StateResult | undefined>('state', params).catch(ignoreGone))
      const writing = state ? state.writing : undefined
      if (writing) msPerToken = Math.max(msPerToken, writing.msPerToken)
      return {
        engine: 'onnx',
        provider: spec.provider.name,
        ...(passedOver.length > 0 && { passedOver }),
        weightsBytes: state ? state.weightsBytes : 0,
        kvBytes: writing?.kvBytes ?? 0,
        contextTokens: maxTokens,
        // Texts leave nothing behind, and a conversation's cache goes with its answer.
        sequences: { open: writing?.running ?? 0, most: spec.task === 'write' ? spec.sequences : 0 },
        running: running - (writing?.waiting ?? 0),
        waiting: writing?.waiting ?? 0,
        idleMs: running > 0 ? 0 : Math.round(clock.monotonic() - usedAt),
        ...watched?.state(params),
      }
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      const params: UnloadParams = { spec }
      // Without a child nothing is loaded, and none is started for this.
      if (host.pid !== undefined) await host.call('unload', params).catch(ignoreGone)
    },
  }
}

const closedError = (id: string): RtError =>
  new RtError({ code: 'shutting_down', message: `the model ${id} was closed.`, hint: 'Load it again.' })

/** @throws RtError `invalid_request` naming the first that is no whole number from 1. */
export const requireWhole = (id: string, values: Record<string, number>): void => {
  const wrong = Object.entries(values).find(([, value]) => !Number.isSafeInteger(value) || value < 1)
  if (!wrong) return
  throw new RtError({
    code: 'invalid_request',
    message: `${wrong[0]} of ${id} is ${wrong[1]}.`,
    hint: 'It is a whole number, 1 or more.',
  })
}
