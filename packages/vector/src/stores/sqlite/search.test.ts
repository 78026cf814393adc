import type { VectorCollection, VectorRecord } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createSqliteStore } from '../../index.ts'

const DIMENSIONS = 13
const stamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'random/13' } as const

/** The plainest search there is. */
const naive = (
  records: Iterable<VectorRecord>,
  query: Float32Array,
  k: number,
  group?: number,
): { id: string; cosine: number }[] =>
  [...records]
    .filter(({ vector, metadata }) => vector && (group === undefined || metadata?.group === group))
    .map(({ id, vector }) => ({ id, cosine: cosine(query, vector!) }))
    .toSorted((a, b) => b.cosine - a.cosine)
    .slice(0, k)

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const compare = async (
  collection: VectorCollection,
  truth: Map<string, VectorRecord>,
  random: () => number,
): Promise<void> => {
  const query = randomVector(random, DIMENSIONS)
  for (const group of [undefined, 3]) {
    const hits = await collection.search({ vector: query, k: 25, ...(group !== undefined && { filter: { group } }) })
    const expected = naive(truth.values(), query, 25, group)
    expect(hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    for (const [index, hit] of hits.entries()) expect(hit.cosine).toBeCloseTo(expected[index]!.cosine, 5)
  }
}

describe('search over random writes', () => {
  it.each([1, 2, 3])('finds what a naive scan finds, seed %i', async (seed) => {
    using file = temporaryFile()
    const random = createRandom(seed)
    const truth = new Map<string, VectorRecord>()
    const randomRecord = (): VectorRecord => ({
      id: `r${Math.floor(random() * 1500)}`,
      ...(random() < 0.9 && { vector: randomVector(random, DIMENSIONS) }),
      ...(random() < 0.5 && { text: `word${Math.floor(random() * 20)}` }),
      metadata: { group: Math.floor(random() * 10) },
    })
    for (let session = 0; session < 2; session++) {
      await using store = await createSqliteStore({ path: file.path })
      const collection = await store.collection('random', stamp)
      for (let round = 0; round < 12; round++) {
        const records = Array.from({ length: Math.floor(random() * 250) }, randomRecord)
        await collection.upsert(records)
        for (const record of records) truth.set(record.id, record)
        const doomed = Array.from({ length: Math.floor(random() * 80) }, () => `r${Math.floor(random() * 1500)}`)
        const present = new Set(doomed.filter((id) => truth.has(id)))
        expect(await collection.delete(doomed)).toBe(present.size)
        for (const id of doomed) truth.delete(id)
        await compare(collection, truth, random)
      }
      expect(await collection.count()).toBe(truth.size)
      const ids = [...truth.keys()]
      expect(await collection.get(ids)).toEqual(ids.map((id) => truth.get(id)))
      const worded = [...truth.values()].filter(({ text }) => text === 'word7').map(({ id }) => id)
      const hits = await collection.search({ text: 'word7', k: 1500 })
      expect(hits.map(({ id }) => id).toSorted()).toEqual(worded.toSorted())
    }
  })

  it('serves no torn results while writes go on', async () => {
    using file = temporaryFile()
    const random = createRandom(4)
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('moving', stamp)
    // Each write moves all records to one of two places and says so in the text.
    const places = [randomVector(random, DIMENSIONS), randomVector(random, DIMENSIONS)]
    const write = (place: number): Promise<void> =>
      collection.upsert(
        Array.from({ length: 300 }, (_, i) => ({ id: `r${i}`, vector: places[place]!, text: `place${place}` })),
      )
    await write(0)
    let writing = true
    const writer = (async () => {
      for (let i = 1; i <= 10; i++) {
        await collection.delete(['r0', 'r299'])
        await write(i % 2)
      }
      writing = false
    })()
    let searches = 0
    while (writing) {
      const hits = await collection.search({ vector: places[0]!, k: 5 })
      expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length)
      searches++
    }
    await writer
    expect(searches).toBeGreaterThan(0)
    const last = await collection.search({ vector: places[0]!, text: 'place0', k: 300 })
    expect(last).toHaveLength(300)
    for (const hit of last) expect(hit).toMatchObject({ text: 'place0', cosine: expect.closeTo(1, 5) })
  })
})
