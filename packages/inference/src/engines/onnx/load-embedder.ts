import { createHash } from 'node:crypto'
import type { EmbeddingModel, Embeddings } from '@rt/core'
import { checkPooling, type Pooling } from '../../driver-kit/pooling.ts'
import type { ModelState } from '../../host/model-state.ts'
import { cutTooLong } from './cut-too-long.ts'
import { type ModelHost, openModel, type OnnxModelOptions, requireWhole } from './open-model.ts'
import type { EmbedderSpec, EmbedResult } from './protocol.ts'

export interface OnnxEmbedderOptions extends OnnxModelOptions {
  /** As the model was trained: a wrong choice gives plausible, bad vectors. */
  pooling: Pooling
  /** Scale to unit length. Default true. */
  normalize?: boolean
  /** Put before every text of that kind, and counted as its tokens. Default: none. */
  prefixes?: { query?: string; document?: string } | undefined
  /** Of the model: another number is `model_invalid`. Default: what it gives. */
  dimensions?: number | undefined
  /**
   * Keep only the first so many numbers of each vector, scaled to unit length again, of a model that was trained for it
   * (Matryoshka). Default: all.
   */
  cutTo?: number | undefined
  /** Raw cosine from which two texts count as related. Default: not known. */
  relatedCosine?: number | undefined
  /** Default: a hash of the files, pooling, normalisation, prefixes, maxTokens and the cut. */
  fingerprint?: string
}

/** Disposing frees the weights; the engine stays. */
export interface OnnxEmbedder extends EmbeddingModel, AsyncDisposable {
  /** What it holds in memory and does now. Zeros while its host does not run, which this does not change. */
  state(): Promise<ModelState>
}

/** Texts of one message to the child: bounds its size and the work an abort leaves behind. */
const GROUP = 128

export const loadEmbedder = async (models: ModelHost, options: OnnxEmbedderOptions): Promise<OnnxEmbedder> => {
  const { id, modelPath, tokenizerPath, stamps, pooling, maxTokens, dimensions, cutTo } = options
  const { normalize = true, prefixes = {}, signal } = options
  checkPooling(id, pooling)
  requireWhole(id, { ...(dimensions !== undefined && { dimensions }), ...(cutTo !== undefined && { cutTo }) })
  if (cutTo !== undefined && dimensions !== undefined && cutTo > dimensions) throw cutTooLong(id, cutTo, dimensions)
  const model = await openModel<EmbedderSpec>(
    models,
    { task: 'embed', id, modelPath, tokenizerPath, pooling, normalize, maxTokens, dimensions, cutTo, stamps },
    { hash: options.fingerprint === undefined, signal },
  )
  const size = model.dimensions ?? 0
  return {
    id,
    local: true,
    fingerprint:
      options.fingerprint ??
      fingerprintOf([
        ...model.hashes,
        pooling,
        normalize,
        maxTokens,
        prefixes.query ?? '',
        prefixes.document ?? '',
        ...(cutTo === undefined || cutTo === dimensions ? [] : [cutTo]),
      ]),
    dimensions: size,
    maxTokens,
    relatedCosine: options.relatedCosine,
    embed: (texts, { kind = 'document', signal: stop } = {}) =>
      model.request(stop, async () => {
        const all: Embeddings = { vectors: [], tokens: 0, truncated: [] }
        for (let first = 0; first < texts.length; first += GROUP) {
          const group = texts.slice(first, first + GROUP).map((text) => `${prefixes[kind] ?? ''}${text}`)
          const { vectors, tokens, truncated } = await model.call<EmbedResult>('embed', { texts: group }, stop)
          for (let i = 0; i < group.length; i++) all.vectors.push(vectors.slice(i * size, (i + 1) * size))
          all.tokens += tokens
          all.truncated.push(...truncated.map((index) => first + index))
        }
        return all
      }),
    state: () => model.state(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

const fingerprintOf = (parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
