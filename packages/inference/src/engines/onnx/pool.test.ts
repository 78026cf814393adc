import { describe, expect, it } from 'vitest'
import { pool } from './pool.ts'

// Two texts of width 3 and 2 dimensions; the second has one token of padding, with values that must not count.
const hidden = Float32Array.of(3, 4, 5, 6, 1, 2, /* row 1 */ 0, 2, 4, 0, 99, 99)
const input = { hidden, width: 3, dimensions: 2, row: 1, length: 2, normalize: false }
const vector = (options: Partial<Parameters<typeof pool>[1]>): number[] => {
  const target = new Float32Array(2)
  pool(target, { ...input, pooling: 'mean', ...options })
  return Array.from(target)
}

describe('pool', () => {
  it('takes the first token, or the mean without the padding', () => {
    expect(vector({ pooling: 'cls' })).toEqual([0, 2])
    expect(vector({ pooling: 'mean' })).toEqual([2, 1])
    expect(vector({ pooling: 'mean', row: 0, length: 3 })).toEqual([3, 4])
  })

  it('takes the last token of the text, not of the padding', () => {
    expect(vector({ pooling: 'last' })).toEqual([4, 0])
  })

  it('cuts to the first numbers, and scales those to unit length', () => {
    const target = new Float32Array(1)
    pool(target, { ...input, pooling: 'mean', row: 0, length: 3, normalize: true })
    expect(Array.from(target)).toEqual([1])
  })

  it('scales to unit length', () => {
    expect(vector({ row: 0, length: 3, normalize: true })).toEqual([Math.fround(0.6), Math.fround(0.8)])
  })

  it.each([
    ['not a number', [Number.NaN, 1]],
    ['infinite', [Infinity, 1]],
    ['zero', [0, 0]],
  ])('refuses a vector that is %s', (_name, values) => {
    expect(() => vector({ hidden: Float32Array.from(values), width: 1, row: 0, length: 1 })).toThrow(
      expect.objectContaining({ code: 'model_output' }),
    )
  })
})
