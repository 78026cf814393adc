import { createHash } from 'node:crypto'
import { type Clock, type EmbeddingModel, type Embeddings, RtError, systemClock, throwIfAborted } from '@rt/core'
import type { Host } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import type { ModelState } from '../../host/model-state.ts'
import type {
  EmbedderSpec,
  EmbedParams,
  EmbedResult,
  LoadParams,
  LoadResult,
  Pooling,
  StateParams,
  StateResult,
  UnloadParams,
} from './protocol.ts'

export interface OnnxEmbedderOptions {
  /** As the user names it, e.g. `bge-small-en-v1.5`. */
  id: string
  modelPath: string
  /** tokenizer.json of Hugging Face. */
  tokenizerPath: string
  /**
   * Of the files as they were checked: `stamps` of the catalog. Other files under those paths are `checksum_mismatch`
   * then. Default: whatever is there is taken.
   */
  stamps?: EmbedderSpec['stamps']
  /** As the model was trained: a wrong choice gives plausible, bad vectors. */
  pooling: Pooling
  /** Scale to unit length. Default true. */
  normalize?: boolean
  /** Put before every text of that kind. Default: none. */
  prefixes?: { query?: string; document?: string }
  /** Tokens the model takes, special ones and prefix included; longer texts are cut. */
  maxTokens: number
  dimensions: number
  /** Raw cosine from which two texts count as related. Default: not known. */
  relatedCosine?: number
  /** Default: a hash of both files, pooling, normalisation, prefixes and maxTokens. */
  fingerprint?: string
  signal?: AbortSignal | undefined
}

/** Disposing frees the weights; the engine stays. */
export interface OnnxEmbedder extends EmbeddingModel, AsyncDisposable {
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/** Texts of one message to the child: bounds its size and the work an abort leaves behind. */
const GROUP = 128

/** Loads a model in the host. The spec goes with every call, so that a restarted child finds its model by itself. */
export const loadEmbedder = async (
  host: Host,
  threads: number,
  options: OnnxEmbedderOptions,
  clock: Pick<Clock, 'monotonic'> = systemClock,
): Promise<OnnxEmbedder> => {
  const {
    id,
    modelPath,
    tokenizerPath,
    pooling,
    maxTokens,
    dimensions,
    normalize = true,
    prefixes = {},
    stamps,
    signal,
  } = options
  requireWhole(id, { maxTokens, dimensions, threads })
  const spec: EmbedderSpec = {
    id,
    modelPath,
    tokenizerPath,
    pooling,
    normalize,
    maxTokens,
    dimensions,
    threads,
    stamps,
  }
  const load: LoadParams = { spec, hash: options.fingerprint === undefined }
  const { hashes } = await host.call<LoadResult>('load', load, { signal })
  const fingerprint =
    options.fingerprint ??
    fingerprintOf([...hashes, pooling, normalize, maxTokens, prefixes.query ?? '', prefixes.document ?? ''])
  let closed = false
  let running = 0
  let usedAt = clock.monotonic()
  return {
    id,
    local: true,
    fingerprint,
    dimensions,
    maxTokens,
    relatedCosine: options.relatedCosine,
    async embed(texts, { kind = 'document', signal: stop } = {}) {
      throwIfAborted(stop)
      if (closed)
        throw new RtError({
          code: 'shutting_down',
          message: `the embedding model ${id} was closed.`,
          hint: 'Load it again.',
        })
      const all: Embeddings = { vectors: [], tokens: 0, truncated: [] }
      running++
      try {
        for (let first = 0; first < texts.length; first += GROUP) {
          const group = texts.slice(first, first + GROUP).map((text) => `${prefixes[kind] ?? ''}${text}`)
          const params: EmbedParams = { spec, texts: group }
          const { vectors, tokens, truncated } = await host.call<EmbedResult>('embed', params, { signal: stop })
          for (let i = 0; i < group.length; i++) all.vectors.push(vectors.slice(i * dimensions, (i + 1) * dimensions))
          all.tokens += tokens
          all.truncated.push(...truncated.map((index) => first + index))
        }
        return all
      } finally {
        running--
        usedAt = clock.monotonic()
      }
    },
    async state() {
      const params: StateParams = { spec }
      const loaded = !closed && host.pid !== undefined
      const state = loaded && (await host.call<StateResult | undefined>('state', params).catch(ignoreGone))
      return {
        engine: 'onnx',
        weightsBytes: state ? state.weightsBytes : 0,
        kvBytes: 0,
        contextTokens: maxTokens,
        // Texts leave nothing behind: there is no conversation to hold.
        sequences: { open: 0, most: 0 },
        running,
        waiting: 0,
        idleMs: running > 0 ? 0 : Math.round(clock.monotonic() - usedAt),
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

const fingerprintOf = (parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)

const requireWhole = (id: string, values: Record<string, number>): void => {
  const wrong = Object.entries(values).find(([, value]) => !Number.isSafeInteger(value) || value < 1)
  if (!wrong) return
  throw new RtError({
    code: 'invalid_request',
    message: `${wrong[0]} of ${id} is ${wrong[1]}.`,
    hint: 'It is a whole number, 1 or more.',
  })
}
