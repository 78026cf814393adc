import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createGgufEngine } from './engine.ts'
import type { GgufEngine } from './options.ts'
import type { Pooling } from '../../driver-kit/pooling.ts'
import type { GgufEmbedder } from './vector-options.ts'

let engine: GgufEngine
let path: string
const loaded = new Map<Pooling | undefined, GgufEmbedder>()

beforeAll(async () => {
  engine = createGgufEngine({ threads: 1 })
  path = (await createCatalog().ensure('smollm2:135m', {})).files.model
  for (const pooling of [undefined, 'mean', 'cls', 'last'] as const)
    loaded.set(
      pooling,
      await engine.loadEmbedder({ id: 'smollm2:135m', path, pooling, maxTokens: 32, sha256: 'known' }),
    )
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const one = async (text: string, pooling?: Pooling): Promise<Float32Array> =>
  (await loaded.get(pooling)!.embed([text])).vectors[0]!

test('a model for chat gives unit vectors, the same for the same text', async () => {
  const model = loaded.get(undefined)!
  expect(model).toMatchObject({ local: true, dimensions: 576, maxTokens: 32 })
  const { vectors, tokens, truncated } = await model.embed(['The cat sat.', 'Ein Zug fährt.', 'The cat sat.', ''])
  expect(vectors.map((vector) => Math.hypot(...vector).toFixed(4))).toEqual(['1.0000', '1.0000', '1.0000', '1.0000'])
  expect(cosine(vectors[0]!, vectors[2]!)).toBeCloseTo(1, 5)
  expect(cosine(vectors[0]!, vectors[1]!)).toBeLessThan(0.99)
  expect(tokens).toBeGreaterThan(10)
  expect(truncated).toEqual([])
})

test('pooling is done as asked for: first token, last, mean', async () => {
  const [text, other] = ['The cat sat on the mat', 'The dog ran']
  expect(cosine(await one(text, 'last'), await one(text))).toBeCloseTo(1, 4)
  // A model that reads from left to right knows nothing of what follows the first token.
  expect(cosine(await one(text, 'cls'), await one(other, 'cls'))).toBeCloseTo(1, 4)
  expect(cosine(await one(text, 'mean'), await one(text))).toBeLessThan(0.99)
  expect(cosine(await one('The', 'mean'), await one('The'))).toBeCloseTo(1, 4)
})

test('longer texts are cut and named, with every pooling', async () => {
  const long = 'word '.repeat(200)
  for (const model of loaded.values()) {
    const { truncated, tokens, vectors } = await model.embed(['short', long])
    expect(truncated).toEqual([1])
    expect(tokens).toBeLessThanOrEqual(40)
    expect(cosine(vectors[1]!, (await model.embed([`${long} tail`])).vectors[0]!)).toBeCloseTo(1, 4)
  }
})

test('an abort ends the work, and the next texts are embedded', async () => {
  const model = loaded.get(undefined)!
  const caller = new AbortController()
  const work = model.embed(
    Array.from({ length: 500 }, (_, i) => `text ${i}`),
    { signal: caller.signal },
  )
  caller.abort()
  await expect(work).rejects.toMatchObject({ code: 'aborted' })
  expect((await model.embed(['after'])).vectors).toHaveLength(1)
  expect(await model.state()).toMatchObject({ engine: 'gguf', contextTokens: 32 })
})

test('a model for chat is no reranker, a longer text than trained for is refused', async () => {
  await expect(engine.loadReranker({ id: 'smollm2:135m', path })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('no reranker'),
  })
  await expect(engine.loadEmbedder({ id: 'x', path, maxTokens: 100_000 })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(engine.loadEmbedder({ id: 'x', path, dimensions: 768, sha256: 'known' })).rejects.toMatchObject({
    code: 'model_invalid',
  })
})
