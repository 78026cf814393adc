import type { CollectionOptions, CollectionStamp, VectorCollection, VectorStore } from '@rt/core'
import type { TestFunctions } from './test-functions.ts'

export interface ConformanceSubject {
  /** Heads the tests. */
  name: string
  /** A new, empty store, whose records end by `clock` (milliseconds since 1970). The suite closes it. */
  create: (options: { clock: () => number }) => Promise<VectorStore>
}

/** What each part of the suite works with. */
export interface Kit extends TestFunctions {
  /** A test of one store. */
  withStore(work: (store: VectorStore, time: Time) => Promise<void>): () => Promise<void>
  /** A test of one collection, with `stamp`. */
  withCollection(
    work: (collection: VectorCollection, store: VectorStore, time: Time) => Promise<void>,
    options?: CollectionOptions,
  ): () => Promise<void>
  ids(hits: { id: string }[]): string[]
}

/** The clock of the store, which stands still until it is set. */
export interface Time {
  now: number
}

export const stamp: CollectionStamp = { dimensions: 3, metric: 'cosine', fingerprint: 'test/3' }

export const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers)

export const createKit = ({ create }: ConformanceSubject, tests: TestFunctions): Kit => {
  const withStore: Kit['withStore'] = (work) => async () => {
    const time: Time = { now: Date.UTC(2026, 0) }
    await using store = await create({ clock: () => time.now })
    await work(store, time)
  }
  return {
    ...tests,
    withStore,
    withCollection: (work, options) =>
      withStore(async (store, time) => work(await store.collection('things', stamp, options), store, time)),
    ids: (hits) => hits.map(({ id }) => id),
  }
}
