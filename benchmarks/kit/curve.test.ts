import { expect, it } from 'vitest'
import { frontier, rateAt } from './curve.ts'

const curve = [
  { recall: 0.9, rate: 4000 },
  { recall: 0.99, rate: 1000 },
  { recall: 0.95, rate: 900 },
]

it('keeps the points that no other one beats', () => {
  expect(frontier(curve)).toEqual([curve[0], curve[1]])
})

it('reads a rate between two points, evenly on logarithmic scales', () => {
  expect(rateAt(curve, 0.99)).toBeCloseTo(1000)
  // Half way from 0.1 to 0.01 missing is 0.0317 missing, and half way from 4000 to 1000 is 2000.
  expect(rateAt(curve, 0.9683)).toBeCloseTo(2000, -1)
})

it('takes the fastest point where less is asked for, and says nothing where more is', () => {
  expect(rateAt(curve, 0.5)).toBe(4000)
  expect(rateAt(curve, 0.999)).toBeUndefined()
  expect(rateAt([], 0.9)).toBeUndefined()
})
