import { expect, it } from 'vitest'
import { compare, type Metric } from './compare.ts'
import { describe, failed } from './describe.ts'
import { median, quantile } from './statistics.ts'

const arms = (values: number[]) => {
  let round = 0
  return async (): Promise<number> => values[round++ % values.length]!
}

it('takes times as peer / ours and rates as ours / peer: higher is better for us', async () => {
  const times = await compare({ name: 't', unit: 'ms', rounds: 2, ours: arms([50]), peer: arms([25]) })
  expect(times).toMatchObject({ ratio: 0.5, ours: 50, peer: 25, rounds: 2 })
  const rates = await compare({ name: 'r', unit: 'tok/s', rounds: 2, ours: arms([50]), peer: arms([25]) })
  expect(rates.ratio).toBe(2)
})

it('pairs each round with itself, whatever the order of the arms', async () => {
  const { ratio, p10 } = await compare({
    name: 'x',
    unit: 'tok/s',
    rounds: 3,
    ours: arms([10, 20, 30]),
    peer: arms([10, 10, 10]),
  })
  expect(ratio).toBe(2)
  expect(p10).toBeCloseTo(1.2)
})

it('interpolates quantiles', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(quantile([0, 10], 0.1)).toBe(1)
})

it('ends with the headline, and fails below the target or when void', () => {
  const metric: Metric = {
    name: 'd',
    ratio: 1.5,
    p10: 1.2,
    noisy: 0,
    rounds: 9,
    ours: 1,
    peer: 1,
    unit: 'ms',
    target: 1.6,
  }
  expect(describe([metric]).at(-1)).toBe('d: 1.5x of its peer (target 1.6)')
  expect(failed(metric)).toBe(true)
  expect(failed({ ...metric, target: 1.4 })).toBe(false)
  expect(failed({ ...metric, target: 1.4, noisy: 4 })).toBe(true)
  expect(failed({ ...metric, ratio: null, target: undefined })).toBe(false)
})
