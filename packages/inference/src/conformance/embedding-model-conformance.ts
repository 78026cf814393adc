import type { EmbeddingModel, EmbedOptions } from '@rt/core'
import { expectFailures } from './expect-failures.ts'
import type { TestFunctions } from './test-functions.ts'

export interface EmbeddingModelSubject {
  /** Heads the tests. */
  name: string
  /** Hands a model to one test; it may be the same one each time. */
  run(test: (model: EmbeddingModel) => Promise<void>): Promise<void>
  /**
   * How far a number of a vector may be from the one of the same text alone. More than 0.00001 needs a reason: weights of
   * 8 bits whose scale serves a whole run, for one.
   */
  batchTolerance?: { most: number; why: string }
  /** As of `languageModelConformance`. */
  cannot?: Record<string, string>
}

const TEXTS = ['a b c', 'The cat sleeps on the warm roof.', 'Größe, 日本語 👩‍👩‍👧', 'a', 'd e f g h i j k l']

/** What every embedding model must do. Nothing is asserted of what its vectors mean. */
export const embeddingModelConformance = (subject: EmbeddingModelSubject, tests: TestFunctions): void => {
  const { functions, checkNames } = expectFailures(subject, tests)
  const { describe, it, expect } = functions
  const { most, why } = subject.batchTolerance ?? { most: 1e-5, why: '' }
  const test = (name: string, run: (model: EmbeddingModel) => Promise<void>): unknown =>
    it(name, () => subject.run(run))

  describe(`${subject.name}: vectors`, () => {
    test('says what it is', async ({ id, fingerprint, dimensions, maxTokens }) => {
      expect([id === '', fingerprint === '']).toEqual([false, false])
      expect([dimensions, maxTokens].filter((count) => !(Number.isInteger(count) && count > 0))).toEqual([])
    })

    test('gives each text a vector of its dimensions, at unit length', async (model) => {
      const { vectors, tokens, truncated } = await model.embed(TEXTS)
      expect(vectors.map(({ length }) => length)).toEqual(TEXTS.map(() => model.dimensions))
      expect(vectors.filter((vector) => !(Math.abs(Math.hypot(...vector) - 1) < 1e-4))).toEqual([])
      expect(tokens).toBeGreaterThan(TEXTS.length - 1)
      expect(truncated).toEqual([])
    })

    test('keeps the order of the texts, whatever their length', async (model) => {
      const there = await model.embed(TEXTS)
      const back = await model.embed(TEXTS.toReversed())
      expect(furthest(there.vectors, back.vectors.toReversed()) <= most).toBe(true)
    })

    test(`gives a text in company the vector it has alone${why && `, but for ${most}: ${why}`}`, async (model) => {
      const { vectors } = await model.embed(TEXTS)
      const alone: Float32Array[] = []
      for (const text of TEXTS) alone.push((await model.embed([text])).vectors[0]!)
      const distance = furthest(vectors, alone)
      expect(distance <= most, `${distance}`).toBe(true)
    })

    test('gives one text one vector, each time', async (model) => {
      const [once, again] = [await model.embed([TEXTS[1]!]), await model.embed([TEXTS[1]!])]
      expect(furthest(once.vectors, again.vectors) <= 1e-6).toBe(true)
      expect(once.tokens).toBe(again.tokens)
    })

    test('gives many texts as many vectors', async (model) => {
      const { vectors } = await model.embed(Array.from({ length: 70 }, (_, index) => TEXTS[index % TEXTS.length]!))
      expect(vectors.length).toBe(70)
      expect(furthest(vectors.slice(0, 5), vectors.slice(65, 70)) <= most).toBe(true)
    })

    test('gives no texts no vectors', async (model) => {
      expect(await model.embed([])).toEqual({ vectors: [], tokens: 0, truncated: [] })
    })

    test('takes an empty text for one', async (model) => {
      const { vectors } = await model.embed(['', 'a'])
      expect(vectors.map((vector) => vector.every(Number.isFinite))).toEqual([true, true])
    })

    test('cuts a text that is too long, and says which', async (model) => {
      const { vectors, truncated } = await model.embed(['a', 'b c '.repeat(model.maxTokens), 'd'])
      expect(vectors.length).toBe(3)
      expect(truncated).toEqual([1])
    })

    test('embeds questions and documents', async (model) => {
      for (const kind of ['query', 'document'] satisfies EmbedOptions['kind'][])
        expect((await model.embed(['a b'], { kind })).vectors.length).toBe(1)
    })

    test('answers several calls at once, each its own', async (model) => {
      const all = await Promise.all(TEXTS.map((text) => model.embed([text])))
      const { vectors } = await model.embed(TEXTS)
      expect(
        furthest(
          vectors,
          all.map((one) => one.vectors[0]!),
        ) <= most,
      ).toBe(true)
    })

    test('gives up for a caller that did, and answers the next', async (model) => {
      await expect(model.embed(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
      expect((await model.embed(['a'])).vectors.length).toBe(1)
    })
  })
  checkNames()
}

/** The largest difference between two numbers in the same place. */
const furthest = (some: Float32Array[], others: Float32Array[]): number =>
  some.reduce(
    (most, vector, row) =>
      vector.reduce((far, value, column) => Math.max(far, Math.abs(value - (others[row]?.[column] ?? NaN))), most),
    0,
  )
