import { type Kit, vector } from './kit.ts'

/** What is refused, and how. */
export const badInputConformance = ({ describe, it, expect, withCollection }: Kit): void => {
  describe('bad input', () => {
    const refused: [string, { id: string; vector?: Float32Array; metadata?: object }][] = [
      ['NaN', { id: 'bad one', vector: vector(1, NaN, 0) }],
      ['Infinity', { id: 'bad one', vector: vector(1, Infinity, 0) }],
      ['a zero vector', { id: 'bad one', vector: vector(0, 0, 0) }],
      ['too many dimensions', { id: 'bad one', vector: vector(1, 2, 3, 4) }],
      ['an empty vector', { id: 'bad one', vector: vector() }],
      ['metadata over 64 KB', { id: 'bad one', metadata: { long: 'x'.repeat(70_000) } }],
      ['metadata that is no JSON', { id: 'bad one', metadata: { when: Number.NaN } }],
    ]
    for (const [what, record] of refused)
      it(
        `refuses ${what}, naming the record`,
        withCollection(async (collection) => {
          const error = await collection.upsert([record as never]).catch((caught: Error) => caught)
          expect(error).toMatchObject({ code: 'invalid_request' })
          expect((error as Error).message).toContain('"bad one"')
        }),
      )

    it(
      'refuses ids that are empty or too long, and queries that ask for nothing',
      withCollection(async (collection) => {
        const invalid = { code: 'invalid_request' }
        await expect(collection.upsert([{ id: '' }])).rejects.toMatchObject(invalid)
        await expect(collection.upsert([{ id: 'é'.repeat(600) }])).rejects.toMatchObject(invalid)
        await collection.upsert([{ id: 'i'.repeat(1024), vector: vector(1, 0, 0) }])
        await expect(collection.search({})).rejects.toMatchObject(invalid)
        await expect(collection.search({ text: 'x', k: 0 })).rejects.toMatchObject(invalid)
        await expect(collection.search({ text: 'x', mode: 'dense' })).rejects.toMatchObject(invalid)
        await expect(collection.search({ vector: vector(1, 0) })).rejects.toMatchObject(invalid)
        await expect(collection.search({ vector: vector(0, 0, 0) })).rejects.toMatchObject(invalid)
      }),
    )

    it(
      'rejects with `aborted` when the signal has fired, and stores nothing',
      withCollection(async (collection) => {
        const signal = AbortSignal.abort()
        const aborted = { code: 'aborted' }
        await expect(collection.upsert([{ id: 'a', text: 'x' }], { signal })).rejects.toMatchObject(aborted)
        await expect(collection.search({ text: 'x' }, { signal })).rejects.toMatchObject(aborted)
        await expect(collection.get(['a'], { signal })).rejects.toMatchObject(aborted)
        expect(await collection.count()).toBe(0)
      }),
    )
  })
}
