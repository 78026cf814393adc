import type { Metric } from '@rt/core'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import type { Bitmap } from '../types.ts'
import { clustered } from './clustered.ts'
import { bitmapOf, trueNeighbours } from './oracle.ts'

/** An index, flat or graph, as the suite sees it. */
export interface TestedIndex extends Disposable {
  readonly size: number
  /** Adds or replaces. */
  put(vectors: ReadonlyMap<number, Float32Array>): void
  remove(slot: number): void
  search(query: Float32Array, k: number, options: { ef: number; only?: Bitmap | undefined }): number[]
  /** What another process would find; undefined for an index that is not saved. */
  reloaded: (() => TestedIndex) | undefined
}

export interface IndexSubject {
  name: string
  metrics: readonly Metric[]
  /** Share of the true neighbours it has to find; 1 for an exact one. */
  recall: number
  /** The smallest share of slots in a filter at which that recall holds; below it, fewer may come. */
  filtered: (metric: Metric) => number
  create(options: { metric: Metric; dimensions: number }): TestedIndex
}

const ignoreError = (action: () => void): void => {
  try {
    action()
  } catch {
    // Refused, which is fine as well.
  }
}

const DIMENSIONS = 48
const COUNT = 2000
const K = 10
const EF = 128

/** The one behaviour of all indexes. */
export const testIndex = ({ name, metrics, recall, filtered, create }: IndexSubject): void => {
  const vectors = new Map(clustered(COUNT, DIMENSIONS, 1).map((vector, slot) => [slot, vector]))
  const queries = clustered(COUNT + 20, DIMENSIONS, 1).slice(COUNT)

  const filledWith = (metric: Metric, given: ReadonlyMap<number, Float32Array>): TestedIndex => {
    const index = create({ metric, dimensions: DIMENSIONS })
    index.put(given)
    return index
  }

  /** Mean share of the true neighbours among `given` that `index` finds. */
  const measure = (
    index: TestedIndex,
    metric: Metric,
    given: ReadonlyMap<number, Float32Array>,
    only?: Bitmap,
  ): number => {
    const shares = queries.map((query) => {
      const truth = new Set(trueNeighbours(metric, query, given, K).map(({ slot }) => slot))
      const found = index.search(query, K, { ef: EF, only })
      expect(new Set(found).size).toBe(found.length)
      return found.slice(0, K).filter((slot) => truth.has(slot)).length / truth.size
    })
    return shares.reduce((sum, share) => sum + share, 0) / shares.length
  }

  describe(name, () => {
    describe.each(metrics)('%s', (metric) => {
      test('finds the neighbours, also among few and after a reload', () => {
        using index = filledWith(metric, vectors)
        expect(index.size).toBe(COUNT)
        expect(measure(index, metric, vectors)).toBeGreaterThanOrEqual(recall)

        const random = createRandom(2)
        for (const share of [0.5, 0.1, 0.01, 0.001]) {
          const allowed = new Map([...vectors].filter(([slot]) => slot === 77 || random() < share))
          const only = bitmapOf(allowed.keys())
          for (const query of queries)
            for (const slot of index.search(query, K, { ef: EF, only })) expect(allowed.has(slot)).toBe(true)
          if (share >= filtered(metric)) expect(measure(index, metric, allowed, only)).toBeGreaterThanOrEqual(recall)
        }

        if (!index.reloaded) return
        using loaded = index.reloaded()
        expect(loaded.size).toBe(COUNT)
        for (const query of queries)
          expect(loaded.search(query, K, { ef: EF })).toEqual(index.search(query, K, { ef: EF }))
      })

      test('replaces and removes', () => {
        using index = filledWith(metric, vectors)
        const changed = new Map(vectors)
        const others = clustered(COUNT / 10, DIMENSIONS, 3)
        const replaced = new Map(others.map((vector, i) => [i * 10, vector]))
        for (const [slot, vector] of replaced) changed.set(slot, vector)
        index.put(replaced)
        expect(index.size).toBe(COUNT)
        for (let slot = 5; slot < COUNT; slot += 10) {
          index.remove(slot)
          changed.delete(slot)
        }
        // What is not there can be removed as well.
        index.remove(5)
        index.remove(COUNT + 1000)
        expect(index.size).toBe(changed.size)
        expect(measure(index, metric, changed)).toBeGreaterThanOrEqual(recall)
        for (const query of queries)
          for (const slot of index.search(query, K, { ef: EF })) expect(changed.has(slot)).toBe(true)
        // A slot that is given out again.
        index.put(new Map([[5, others[0]!]]))
        changed.set(5, others[0]!)
        expect(index.size).toBe(changed.size)
        expect(measure(index, metric, changed)).toBeGreaterThanOrEqual(recall)

        if (!index.reloaded) return
        using loaded = index.reloaded()
        expect(loaded.size).toBe(changed.size)
        expect(measure(loaded, metric, changed)).toBeGreaterThanOrEqual(recall)
        loaded.put(new Map([[COUNT + 3, others[1]!]]))
        loaded.remove(0)
        expect(loaded.size).toBe(changed.size)
        expect(loaded.search(others[1]!, 20, { ef: EF })).toContain(COUNT + 3)
        expect(loaded.search(changed.get(0)!, 20, { ef: EF })).not.toContain(0)
      })

      test('is empty, has one, has fewer than asked for, has equal ones', () => {
        using index = create({ metric, dimensions: DIMENSIONS })
        const [one, two, query] = clustered(3, DIMENSIONS, 4) as [Float32Array, Float32Array, Float32Array]
        expect(index.size).toBe(0)
        expect(index.search(query, K, { ef: EF })).toEqual([])
        expect(index.search(query, K, { ef: EF, only: bitmapOf([]) })).toEqual([])
        index.put(new Map([[300, one]]))
        expect(index.search(query, K, { ef: EF })).toEqual([300])
        expect(index.search(query, K, { ef: EF, only: bitmapOf([301]) })).toEqual([])
        expect(index.search(query, K, { ef: EF, only: bitmapOf([300]) })).toEqual([300])
        index.put(new Map([301, 302, 303, 304].map((slot) => [slot, two])))
        expect(new Set(index.search(query, 1000, { ef: EF }))).toEqual(new Set([300, 301, 302, 303, 304]))
        expect(new Set(index.search(two, 4, { ef: EF }))).toEqual(new Set([301, 302, 303, 304]))
        for (const slot of [300, 301, 302, 303, 304]) index.remove(slot)
        expect(index.size).toBe(0)
        expect(index.search(query, K, { ef: EF })).toEqual([])
        index.put(new Map([[301, one]]))
        expect(index.search(query, K, { ef: EF })).toEqual([301])
      })

      test('refuses what would do harm inside', () => {
        using index = create({ metric, dimensions: DIMENSIONS })
        const [good] = clustered(1, DIMENSIONS, 5) as [Float32Array]
        const bad = (value: number): Float32Array => Float32Array.from(good, (own, i) => (i === 7 ? value : own))
        for (const value of [NaN, Infinity, -Infinity]) {
          expect(() => index.put(new Map([[1, bad(value)]]))).toThrow(/not finite/)
          expect(() => index.search(bad(value), K, { ef: EF })).toThrow(/not finite/)
        }
        for (const slot of [2 ** 32, 2 ** 40]) expect(() => index.put(new Map([[slot, good]]))).toThrow(/2\^32/)
        expect(() => index.search(good.subarray(1), K, { ef: EF })).toThrow(/47 dimensions/)
        expect(() => index.search(good, 0, { ef: EF })).toThrow(/whole number/)
        expect(index.size).toBe(0)
        index.put(new Map([[1, good]]))
        // Not another one's number.
        for (const slot of [2 ** 32 + 1, -1, 1.5]) ignoreError(() => index.remove(slot))
        expect(index.search(good, K, { ef: EF })).toEqual([1])
      })
    })
  })
}
