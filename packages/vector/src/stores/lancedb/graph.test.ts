import type { CollectionStamp, Metric, VectorCollection, VectorHit } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { temporaryStore } from './__fixtures__/temporary-store.ts'
import type { Limits } from './limits.ts'

const DIMENSIONS = 32
const COUNT = 3000
/** Partitions at once: whole vectors, or some bits of them. */
const WHOLE: Partial<Limits> = { partitionedBytes: 0 }
const QUANTIZED: Partial<Limits> = { partitionedBytes: 0, wholeBytes: 0 }

const random = createRandom(5)
const noise = (): number => random() + random() + random() - 1.5
const centers = Array.from({ length: 40 }, () => Float32Array.from({ length: DIMENSIONS }, noise))
/** Of one of the clusters, whose members lie close together: the hard case for few bits. */
const clustered = (): Float32Array => {
  const center = centers[Math.floor(random() * centers.length)]!
  return center.map((value) => value + noise() / 3)
}
const ids = (hits: VectorHit[]): string[] => hits.map(({ id }) => id)

const filled = async (collection: VectorCollection): Promise<void> => {
  await collection.upsert(
    Array.from({ length: COUNT }, (_, index) => ({
      id: `r${index}`,
      // Some have none: they must not disturb the index.
      ...(index % 50 && { vector: clustered() }),
      metadata: { index },
    })),
  )
}

describe('approximate index', () => {
  for (const [kind, limits, metrics] of [
    ['ivf-flat', WHOLE, ['cosine', 'l2']],
    ['ivf-rq', QUANTIZED, ['cosine', 'dot', 'l2']],
  ] as [string, Partial<Limits>, Metric[]][])
    for (const metric of metrics)
      it(`${kind}, ${metric}: is built by itself, finds its share of the neighbours, and gives exact scores`, async () => {
        await using temporary = await temporaryStore(limits)
        const stamp: CollectionStamp = { dimensions: DIMENSIONS, metric, fingerprint: 'test' }
        await filled(await temporary.store.collection('many', stamp))
        // Opening looks what is to be done.
        const collection = await (await temporary.reopen()).collection('many')
        await temporary.idle()
        const { index } = await collection.describe()
        expect(index).toMatchObject({ kind, target: 0.97, tail: 0 })
        expect(index.recall).toBeGreaterThanOrEqual(0.97)

        let found = 0
        for (let query = 0; query < 30; query++) {
          const vector = clustered()
          const [near, exact] = [await collection.search({ vector }), await collection.search({ vector, exact: true })]
          const scores = new Map(exact.map((hit) => [hit.id, hit]))
          for (const hit of near) {
            const same = scores.get(hit.id)
            if (!same) continue
            found++
            expect(hit.score).toBeCloseTo(same.score, 5)
          }
        }
        expect(found / 300).toBeGreaterThan(0.9)
      })

  it('finds the few that match a filter wherever they lie, and what was written after it was built', async () => {
    await using temporary = await temporaryStore(QUANTIZED)
    const stamp: CollectionStamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'test' }
    await filled(await temporary.store.collection('many', stamp))
    const collection = await (await temporary.reopen()).collection('many')
    await temporary.idle()
    expect((await collection.describe()).index.kind).toBe('ivf-rq')
    const vector = clustered()
    const filter = { index: { in: [7, 1001, 2999, 50] } }
    expect(ids(await collection.search({ vector, filter })).toSorted()).toEqual(['r1001', 'r2999', 'r7'])
    const [best] = await collection.search({ vector, filter, k: 1 })
    expect(best!.id).toBe((await collection.search({ vector, filter, k: 1, exact: true }))[0]!.id)

    await collection.upsert([{ id: 'new', vector }])
    expect((await collection.search({ vector, k: 1 }))[0]).toMatchObject({ id: 'new' })
    await collection.delete(['new'])
    expect((await collection.search({ vector, k: 1 }))[0]!.id).not.toBe('new')
  })

  it('is not built where it was not wanted', async () => {
    await using temporary = await temporaryStore(WHOLE)
    const stamp: CollectionStamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'test' }
    await filled(await temporary.store.collection('many', stamp, { index: 'flat' }))
    const collection = await (await temporary.reopen()).collection('many')
    await temporary.idle()
    expect((await collection.describe()).index).toMatchObject({ kind: 'flat' })
    await expect(temporary.store.collection('other', stamp, { index: 'hnsw' })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })
})
