import { describe, expect, it } from 'vitest'
import { createRandom, randomVector } from '../../../__fixtures__/random.ts'
import type { Bitmap, SlotHits } from '../../../indexes/index.ts'
import { type CanaryOptions, type CanarySubject, createCanary } from './canary.ts'
import { createQuerySample } from './query-sample.ts'
import { chooseEf, DEFAULT_EF } from './choose-ef.ts'

describe('chooseEf', () => {
  const curve = (...points: [number, number][]): { ef: number; recall: number }[] =>
    points.map(([ef, recall]) => ({ ef, recall }))

  it('goes up as far as it has to, and a little further when that is measured', () => {
    expect(chooseEf(curve([32, 0.9], [48, 0.95], [64, 0.972], [96, 0.985]), 32, 0.97)).toBe(96)
    expect(chooseEf(curve([32, 0.9], [48, 0.972], [64, 0.975]), 32, 0.97)).toBe(48)
  })

  it('takes the most there is when nothing holds the target', () => {
    expect(chooseEf(curve([32, 0.5], [1024, 0.8]), 32, 0.97)).toBe(1024)
  })

  it('goes down only to what holds the target with a margin', () => {
    expect(chooseEf(curve([16, 0.96], [24, 0.985], [64, 0.999]), 64, 0.97)).toBe(24)
    expect(chooseEf(curve([16, 0.96], [24, 0.971], [64, 0.999]), 64, 0.97)).toBe(64)
    expect(chooseEf(curve([24, 0.971], [64, 0.999]), 24, 0.97)).toBe(24)
  })
})

/** Vectors on a line, and a graph that misses every second neighbour below `enough`. */
const subject = (enough: () => number): CanarySubject & { version: number; exactSearches: number } => {
  const all = Array.from({ length: 500 }, (_, slot) => Float32Array.of(slot, 1))
  const search = (query: Float32Array, k: number, keep: (slot: number) => boolean): SlotHits => {
    const found = all
      .map((vector, slot) => ({ slot, raw: Math.hypot(vector[0]! - query[0]!, vector[1]! - query[1]!) }))
      .filter(({ slot }) => keep(slot))
      .toSorted((a, b) => a.raw - b.raw)
      .slice(0, k)
    return {
      slots: Uint32Array.from(found, ({ slot }) => slot),
      raw: Float64Array.from(found, ({ raw }) => raw),
    }
  }
  const inBitmap = (only: Bitmap | undefined, slot: number): boolean =>
    !only || ((only.words[slot >>> 5]! >>> (slot & 31)) & 1) === 1
  return {
    metric: 'l2',
    slots: 500,
    bytes: 100 * 1024 * 1024,
    version: 1,
    exactSearches: 0,
    exact(query, k, only) {
      this.exactSearches++
      return search(query, k, (slot) => inBitmap(only, slot))
    },
    approximate: (query, k, ef) => search(query, k, (slot) => ef >= enough() || slot % 2 === 0),
    vector: (slot) => all[slot]?.slice(),
  }
}

const settle = (canary: ReturnType<typeof createCanary>, on: CanarySubject, now: number): number => {
  let steps = 0
  while (canary.step(on, now)) steps++
  return steps
}

describe('the canary', () => {
  const options = (): CanaryOptions => ({
    target: 0.97,
    everyMs: 1000,
    sample: createQuerySample(64, createRandom(2)),
    random: createRandom(1),
  })

  it('calibrates with stored vectors when nobody has asked yet', () => {
    const canary = createCanary(options())
    const on = subject(() => 200)
    expect(canary).toMatchObject({ ef: DEFAULT_EF, recall: undefined })
    expect(settle(canary, on, 0)).toBeGreaterThan(64)
    expect(canary).toMatchObject({ ef: 256, recall: 1 })
    expect(settle(canary, on, 10_000)).toBe(0)
  })

  it('goes down to what is enough', () => {
    const canary = createCanary(options())
    settle(
      canary,
      subject(() => 20),
      0,
    )
    expect(canary).toMatchObject({ ef: 24, recall: 1 })
  })

  it('measures again as soon as there are real queries, later not before the time, and moves ef', () => {
    let enough = 20
    const on = subject(() => enough)
    const given = options()
    const canary = createCanary(given)
    settle(canary, on, 0)
    expect(canary.ef).toBe(24)
    enough = 100
    for (let i = 0; i < 300; i++) given.sample.add(Float32Array.of(i, 1))
    expect(settle(canary, on, 1)).toBeGreaterThan(0)
    expect(canary).toMatchObject({ ef: 128, recall: 1 })
    enough = 20
    for (let i = 0; i < 300; i++) given.sample.add(Float32Array.of(i, 1))
    expect(settle(canary, on, 1000)).toBe(0)
    expect(settle(canary, on, 1001)).toBeGreaterThan(0)
    expect(canary).toMatchObject({ ef: 24, recall: 1 })
  })

  it('starts over when the data changes under it', () => {
    const on = subject(() => 20)
    const canary = createCanary(options())
    for (let i = 0; i < 5; i++) canary.step(on, 0)
    on.version++
    on.exactSearches = 0
    settle(canary, on, 0)
    // All queries, each in four pieces: none was kept from before.
    expect(on.exactSearches).toBe(64 * 4)
    expect(canary.recall).toBe(1)
  })

  it('says what it measured when nothing is enough', () => {
    const canary = createCanary(options())
    settle(
      canary,
      subject(() => Infinity),
      0,
    )
    expect(canary.ef).toBe(1024)
    expect(canary.recall).toBeLessThan(0.7)
  })

  it('keeps no more queries than it replays', () => {
    const given = options()
    const canary = createCanary(given)
    const random = createRandom(2)
    for (let i = 0; i < 10_000; i++) given.sample.add(randomVector(random, 2))
    const on = subject(() => 10)
    settle(canary, on, 0)
    expect(on.exactSearches).toBe(64 * 4)
  })
})
