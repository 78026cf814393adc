import { describe, expect, it } from 'vitest'
import { fuseMinMax, minMax, rrf } from '../index.ts'

const keyword = {
  hits: [
    { key: 1, score: 8 },
    { key: 2, score: 4 },
    { key: 3, score: 2 },
  ],
}
const dense = {
  hits: [
    { key: 2, score: 0.9 },
    { key: 4, score: 0.8 },
    { key: 1, score: 0.5 },
  ],
}

describe('minMax', () => {
  it('scales between the worst and the best, also below zero', () => {
    expect(minMax([8, 4, 2])).toEqual([1, 1 / 3, 0])
    expect(minMax([-1, 1, 0])).toEqual([0, 1, 0.5])
  })

  it('gives 0.5 where all are equal, and nothing for nothing', () => {
    expect(minMax([3, 3])).toEqual([0.5, 0.5])
    expect(minMax([-2])).toEqual([0.5])
    expect(minMax([])).toEqual([])
  })
})

describe('fuseMinMax', () => {
  it('agrees with figures worked out by hand', () => {
    // keyword scaled: 1 -> 1, 2 -> 1/3, 3 -> 0; dense scaled: 2 -> 1, 4 -> 0.75, 1 -> 0.
    const fused = fuseMinMax([
      { ...keyword, weight: 0.35 },
      { ...dense, weight: 0.65 },
    ])
    expect(fused.map(({ key }) => key)).toEqual([2, 4, 1, 3])
    expect(fused[0]!.score).toBeCloseTo(0.65 + 0.35 / 3, 10)
    expect(fused[1]!.score).toBeCloseTo(0.4875, 10)
    expect(fused[2]!.score).toBeCloseTo(0.35, 10)
    expect(fused[3]!.score).toBe(0)
  })

  it('scales weights to a sum of 1, and breaks ties by key', () => {
    const fused = fuseMinMax([
      { hits: [{ key: 9, score: 5 }], weight: 3 },
      { hits: [{ key: 4, score: 1 }], weight: 3 },
    ])
    expect(fused.map(({ key, score }) => [key, score])).toEqual([
      [4, 0.25],
      [9, 0.25],
    ])
    expect(fused[0]!.parts).toEqual([
      { rank: undefined, scaled: 0, weight: 0.5 },
      { rank: 1, scaled: 0.5, weight: 0.5 },
    ])
  })

  it('leaves everything to the other list where one is empty', () => {
    expect(
      fuseMinMax([
        { hits: [], weight: 0.35 },
        {
          hits: [
            { key: 'a', score: 2 },
            { key: 'b', score: 1 },
          ],
          weight: 0.65,
        },
      ]).map(({ key, score }) => [key, score]),
    ).toEqual([
      ['a', 1],
      ['b', 0],
    ])
  })
})

describe('rrf', () => {
  it('agrees with figures worked out by hand', () => {
    const fused = rrf([keyword, dense])
    expect(fused.map(({ key }) => key)).toEqual([2, 1, 4, 3])
    expect(fused[0]!.score).toBeCloseTo(1 / 62 + 1 / 61, 12)
    expect(fused[1]!.score).toBeCloseTo(1 / 61 + 1 / 63, 12)
    expect(fused[2]!.score).toBeCloseTo(1 / 62, 12)
  })

  it('looks at scores and not at the order given, and takes k and weights', () => {
    const [first, second] = rrf(
      [
        {
          hits: [
            { key: 1, score: 1 },
            { key: 2, score: 9 },
          ],
          weight: 2,
        },
      ],
      { k: 1 },
    )
    expect(first).toMatchObject({ key: 2, score: 1 })
    expect(second!.score).toBeCloseTo(2 / 3, 12)
  })
})
