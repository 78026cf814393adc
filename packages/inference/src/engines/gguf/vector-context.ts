import { RtError, throwIfAborted } from '@rt/core'
import type { Token } from 'node-llama-cpp'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { checkTextLength, textLength } from './context-size.ts'
import { kvBytes } from './kv-bytes.ts'
import type { HostModelState } from './options.ts'
import { vectorBatch } from './vector-batch.ts'
import { type EmbedResult, type VectorInfo, type VectorLoad } from './vector-options.ts'
import { asRtError, borrowWeights, type Weights } from './weights.ts'

/** An embedder or a reranker inside the host process. */
export interface HostVectorModel extends AsyncDisposable {
  readonly info: VectorInfo
  embed(texts: string[], signal: AbortSignal): Promise<EmbedResult>
  /** A score in [0, 1] for each document. */
  rank(query: string, documents: string[], signal: AbortSignal): Promise<number[]>
  state(): HostModelState
}

/** What is used of the contexts of node-llama-cpp. */
interface VectorContext {
  dispose(): Promise<void>
  embedding?(tokens: Token[]): Promise<readonly number[]>
  /** Tokens that are put around every text. */
  readonly around?: number
  rank?(query: string, document: string): Promise<number>
}

export const loadVectorModel = async (params: VectorLoad, signal?: AbortSignal): Promise<HostVectorModel> =>
  await loadUnchanged({
    model: params.id,
    files: [{ path: params.path, stamp: params.stamp }],
    load: () => loadChecked(params, signal),
    discard: (loaded) => loaded[Symbol.asyncDispose](),
  })

const loadChecked = async (params: VectorLoad, signal?: AbortSignal): Promise<HostVectorModel> => {
  checkTextLength(params)
  const { value: weights, giveBack } = await borrowWeights(params, signal)
  let context: VectorContext | undefined
  try {
    const maxTokens = textLength(params, weights.model.trainContextSize)
    context = await openContext(params, weights, maxTokens)
    const model = createVectorModel({ params, weights, context, maxTokens })
    const { vectors } = await model.embed(params.task === 'embed' ? ['a'] : [], signal ?? new AbortController().signal)
    const dimensions = vectors[0] ? Buffer.from(vectors[0], 'base64').length / 4 : 0
    return {
      ...model,
      info: { maxTokens, dimensions },
      async [Symbol.asyncDispose]() {
        await context?.dispose()
        await giveBack()
      },
    }
  } catch (error) {
    await context?.dispose()
    await giveBack()
    throw error
  }
}

const openContext = async (params: VectorLoad, weights: Weights, maxTokens: number): Promise<VectorContext> => {
  const { model } = weights
  if (params.task === 'rank' && !model.fileInsights.supportsRanking) throw noReranker(params.id)
  if (model.fileInsights.hasEncoder && model.fileInsights.hasDecoder) throw noEmbedder(params.id)
  const options = {
    contextSize: maxTokens + 1,
    batchSize: vectorBatch(params, weights.header, maxTokens),
    ...(params.threads && { threads: params.threads }),
  }
  if (params.task === 'rank') {
    const ranking = await asRtError(params, () => model.createRankingContext(options))
    return {
      dispose: () => ranking.dispose(),
      // A document that is too long is read in parts that overlap; its best part counts.
      rank: (query, document) => ranking.rank(query, document, { onOverflow: 'maxChunk' }),
    }
  }
  const embedding = await asRtError(params, () => model.createEmbeddingContext(options))
  return {
    dispose: () => embedding.dispose(),
    around: embedding.calculateInputLength([]),
    embedding: async (tokens) => (await embedding.getEmbeddingFor(tokens)).vector,
  }
}

/** The work over one context. */
export const createVectorModel = ({
  params,
  weights: { model },
  context,
  maxTokens,
}: {
  params: Pick<VectorLoad, 'id'>
  weights: Pick<Weights, 'model'>
  context: VectorContext
  maxTokens: number
}): Pick<HostVectorModel, 'embed' | 'rank' | 'state'> => {
  let [running, waiting] = [0, 0]
  let line: Promise<unknown> = Promise.resolve()
  /** One text after the other, those of all callers in turn. */
  const inLine = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    waiting++
    const turn = line.then(async () => {
      waiting--
      throwIfAborted(signal)
      running++
      try {
        return await work()
      } finally {
        running--
      }
    })
    line = turn.catch(() => {})
    return await turn
  }
  const room = maxTokens - (context.around ?? 0)
  return {
    async embed(texts, signal) {
      const result: EmbedResult = { vectors: [], tokens: 0, truncated: [] }
      for (const [index, text] of texts.entries()) {
        const tokens = model.tokenize(text, false)
        if (tokens.length > room) result.truncated.push(index)
        const read = tokens.slice(0, room)
        // There is no vector of nothing.
        if (read.length + (context.around ?? 0) === 0) read.push(...model.tokenize(' ', false).slice(0, 1))
        const vector = await inLine(() => context.embedding!(read), signal)
        result.vectors.push(toBase64(vector, params.id))
        result.tokens += read.length + (context.around ?? 0)
      }
      return result
    },
    async rank(query, documents, signal) {
      const scores: number[] = []
      for (const document of documents) scores.push(await inLine(() => context.rank!(query, document), signal))
      return scores
    },
    state: () => ({
      weightsBytes: model.size,
      kvBytes: kvBytes(model.fileInfo.architectureMetadata, maxTokens),
      sequences: { open: 1, most: 1 },
      running,
      waiting,
    }),
  }
}

const toBase64 = (vector: readonly number[], id: string): string => {
  if (vector.length > 0 && vector.every(Number.isFinite))
    return Buffer.from(Float32Array.from(vector).buffer).toString('base64')
  throw new RtError({
    code: 'model_invalid',
    message: `"${id}" gave a vector ${vector.length === 0 ? 'without numbers' : 'with a value that is no number'}.`,
    hint: 'Its file may be damaged, or made for something else: fetch it again, or take another embedder.',
  })
}

const noReranker = (id: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `"${id}" is no reranker: it has no part that scores a pair of texts.`,
    hint: 'Load a reranker, such as bge-reranker-v2-m3, or loadEmbedder and compare vectors.',
  })

const noEmbedder = (id: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `"${id}" reads with one half and writes with the other: it gives no vectors.`,
    hint: 'Load an embedder, such as nomic-embed-text.',
  })
