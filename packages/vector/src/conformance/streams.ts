import { RtError, type VectorRecord } from '@rt/core'
import { type Kit, vector } from './kit.ts'

/** Iterables of records: taken in batches, as fast as they are stored. */
export const streamsConformance = ({ describe, it, expect, withCollection }: Kit): void => {
  const numbered = (n: number): VectorRecord => ({ id: `r${n}`, vector: vector(1, n, 0), metadata: { n } })

  describe('streams of records', () => {
    it(
      'takes generators, those that wait too, and any iterable',
      withCollection(async (collection) => {
        const some = function* (from: number, to: number): Generator<VectorRecord> {
          for (let n = from; n < to; n++) yield numbered(n)
        }
        const waiting = async function* (): AsyncGenerator<VectorRecord> {
          for (const record of some(3000, 3010)) yield Promise.resolve(record)
        }
        await collection.upsert(some(0, 3000))
        await collection.upsert(waiting())
        await collection.upsert(new Set([numbered(3010)]))
        await collection.upsert(some(0, 0))
        expect(await collection.count()).toBe(3011)
        expect((await collection.get(['r0', 'r2999', 'r3010'])).map(({ metadata }) => metadata?.n)).toEqual([
          0, 2999, 3010,
        ])
      }),
    )

    it(
      'does not read ahead of what is stored by more than a few thousand records',
      withCollection(async (collection) => {
        let read = 0
        let most = 0
        const source = async function* (): AsyncGenerator<VectorRecord> {
          for (; read < 12_000; read++) {
            if (read % 1000 === 0) most = Math.max(most, read - (await collection.count()))
            yield { id: `r${read}`, metadata: { n: read } }
          }
        }
        await collection.upsert(source())
        expect(await collection.count()).toBe(12_000)
        expect(most <= 4096).toBe(true)
      }),
    )

    it(
      'closes a source when it stops: for a bad record, and when it is aborted',
      withCollection(async (collection) => {
        let closed = 0
        const source = function* (bad: number): Generator<VectorRecord> {
          try {
            for (let n = 0; ; n++) yield n === bad ? { id: '' } : numbered(n)
          } finally {
            closed++
          }
        }
        await expect(collection.upsert(source(10))).rejects.toMatchObject({ code: 'invalid_request' })
        expect(closed).toBe(1)
        const stop = new AbortController()
        const stopping = async function* (): AsyncGenerator<VectorRecord> {
          for (const record of source(-1)) {
            if (record.id === 'r1500') stop.abort()
            yield Promise.resolve(record)
          }
        }
        const { signal } = stop
        await expect(collection.upsert(stopping(), { signal })).rejects.toMatchObject({ code: 'aborted' })
        expect(closed).toBe(2)
      }),
    )

    it(
      'does not wait for a source that hangs when it is aborted',
      withCollection(async (collection) => {
        const stop = new AbortController()
        const hanging = async function* (): AsyncGenerator<VectorRecord> {
          yield numbered(1)
          await new Promise(() => stop.abort())
        }
        const { signal } = stop
        await expect(collection.upsert(hanging(), { signal })).rejects.toMatchObject({ code: 'aborted' })
      }),
    )

    it(
      'passes on what a source throws',
      withCollection(async (collection) => {
        const failing = function* (): Generator<VectorRecord> {
          yield numbered(1)
          throw new RtError({ code: 'not_found', message: 'the file ended early' })
        }
        await expect(collection.upsert(failing())).rejects.toMatchObject({ message: 'the file ended early' })
      }),
    )
  })
}
