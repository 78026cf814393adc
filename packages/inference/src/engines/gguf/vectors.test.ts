import type { LlamaModel } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import type { Host } from '../../host/create-host.ts'
import { loadEmbedder } from './load-embedder.ts'
import { loadReranker } from './load-reranker.ts'
import { createVectorModel } from './vector-context.ts'

const bytes = (...numbers: number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

/** A host that answers from a table and notes what it is asked. */
const createFakeHost = (answers: Record<string, (params: { texts: string[]; documents: string[] }) => unknown>) => {
  const asked: { method: string; params: unknown }[] = []
  const host: Host = {
    name: 'fake',
    pid: 1,
    start: async () => {},
    async call<T>(method: string, params: unknown): Promise<T> {
      asked.push({ method, params })
      return answers[method]?.(params as never) as T
    },
    stream: () => {
      throw new Error('not asked for')
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { asked, host }
}

const info = () => ({ maxTokens: 8, dimensions: 2 })
const file = { id: 'tiny', path: 'tiny.gguf', sha256: 'f'.repeat(64) }

test('vectors are scaled to unit length, cut where asked, and numbered over all groups', async () => {
  const { host, asked } = createFakeHost({
    loadVectors: info,
    embed: ({ texts }) => ({ vectors: texts.map(() => bytes(3, 4)), tokens: texts.length, truncated: [0] }),
  })
  const model = await loadEmbedder({ host }, { ...file, prefixes: { query: 'q: ' } })
  const { vectors, tokens, truncated } = await model.embed(
    Array.from({ length: 70 }, () => 'a'),
    { kind: 'query' },
  )
  expect(vectors).toHaveLength(70)
  expect(Array.from(vectors[69]!, (value) => value.toFixed(2))).toEqual(['0.60', '0.80'])
  expect({ tokens, truncated }).toEqual({ tokens: 70, truncated: [0, 64] })
  expect(asked[1]).toMatchObject({ params: { texts: expect.arrayContaining(['q: a']) } })
  const cut = await loadEmbedder({ host }, { ...file, cutTo: 1 })
  expect(Array.from((await cut.embed(['a'])).vectors[0]!)).toEqual([1])
})

test('the fingerprint follows the file and what changes vectors, not the handle', async () => {
  const { host } = createFakeHost({ loadVectors: info })
  const stampOf = async (options: object): Promise<string> =>
    (await loadEmbedder({ host }, { ...file, ...options })).fingerprint
  const first = await stampOf({})
  expect(await stampOf({ path: 'elsewhere.gguf', id: 'other' })).toBe(first)
  const others = [{ sha256: 'e'.repeat(64) }, { pooling: 'mean' }, { prefixes: { document: 'd: ' } }, { cutTo: 1 }]
  const all = await Promise.all(others.map(stampOf))
  expect(new Set([first, ...all]).size).toBe(5)
})

test('other dimensions than announced are refused, and the weights are freed', async () => {
  const { host, asked } = createFakeHost({ loadVectors: info })
  await expect(loadEmbedder({ host }, { ...file, dimensions: 3 })).rejects.toMatchObject({ code: 'model_invalid' })
  await expect(loadEmbedder({ host }, { ...file, cutTo: 3 })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(asked.map(({ method }) => method)).toEqual(['loadVectors', 'unload', 'loadVectors', 'unload'])
})

test('documents come back best first, as many as asked for', async () => {
  const { host } = createFakeHost({
    loadVectors: info,
    rank: ({ documents }) => documents.map((text) => text.length / 10),
  })
  const model = await loadReranker({ host }, file)
  expect(await model.rerank('q', ['a', 'aaa', 'aa'], { topK: 2 })).toEqual([
    { index: 1, score: 0.3 },
    { index: 2, score: 0.2 },
  ])
  await expect(model.rerank('q', ['a', 'b'], { topK: 0 })).rejects.toMatchObject({ code: 'invalid_request' })
  await model[Symbol.asyncDispose]()
  await expect(model.rerank('q', ['a'])).rejects.toMatchObject({ code: 'shutting_down' })
})

const model = { tokenize: (text: string) => Array.from(text, (_, index) => index) } as unknown as LlamaModel

test('a text is cut to what fits with the tokens around it', async () => {
  const read: number[] = []
  const context = {
    dispose: async () => {},
    around: 2,
    embedding: async ({ length }: unknown[]) => [read.push(length)],
  }
  const { embed } = createVectorModel({ params: { id: 'x' }, weights: { model }, context, maxTokens: 6 })
  const { truncated, tokens } = await embed(['abc', 'abcdefgh', ''], new AbortController().signal)
  expect({ read, truncated, tokens }).toEqual({ read: [3, 4, 0], truncated: [1], tokens: 13 })
})

test('an abort is noticed between two texts, and numbers that are none never leave', async () => {
  const caller = new AbortController()
  let ranked = 0
  const context = {
    dispose: async () => {},
    embedding: async () => [Number.NaN],
    rank: async () => {
      if (++ranked === 2) caller.abort()
      return 0.5
    },
  }
  const { embed, rank } = createVectorModel({ params: { id: 'x' }, weights: { model }, context, maxTokens: 6 })
  await expect(rank('q', ['a', 'b', 'c'], caller.signal)).rejects.toMatchObject({ code: 'aborted' })
  expect(ranked).toBe(2)
  await expect(embed(['a'], new AbortController().signal)).rejects.toMatchObject({ code: 'model_invalid' })
})
