import { createSecretId } from '@rt/core'
import { checkNumber } from './sampling.ts'
import { openVectorModel, type VectorHost } from './vector-handle.ts'
import type { GgufReranker, GgufRerankerOptions } from './vector-options.ts'

/** Documents of one message to the child. */
const GROUP = 64

export const loadReranker = async (
  host: VectorHost,
  { id, path, stamp, maxTokens, threads }: GgufRerankerOptions & { threads?: number | undefined },
  signal?: AbortSignal,
): Promise<GgufReranker> => {
  const model = await openVectorModel(
    host,
    { task: 'rank', key: createSecretId(), id, path, stamp, ...(maxTokens !== undefined && { maxTokens }), threads },
    signal,
  )
  return {
    id,
    rerank: (query, documents, { topK = documents.length, signal: stop } = {}) =>
      model.request(async (call) => {
        if (topK !== documents.length) checkNumber('topK', topK, { low: 1, high: 2 ** 31 - 1, whole: true })
        const scores: number[] = []
        for (let first = 0; first < documents.length; first += GROUP)
          scores.push(...(await call<number[]>('rank', { query, documents: documents.slice(first, first + GROUP) })))
        return scores
          .map((score, index) => ({ index, score }))
          .toSorted((a, b) => b.score - a.score || a.index - b.index)
          .slice(0, topK)
      }, stop),
    state: () => model.state(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}
