import { expect, it } from 'vitest'
import { createSilenceLimit } from './silence-limit.ts'

it('gives a slow model its time, and never less than the floor', async () => {
  const limit = createSilenceLimit(60_000)
  expect(limit.ms()).toBe(60_000)
  const gate = Promise.withResolvers<void>()
  const slow = limit.during(20_000, () => gate.promise)
  const quick = limit.during(5, async () => 'done')
  expect(limit.ms()).toBe(200_000)
  expect(await quick).toBe('done')
  expect(limit.ms()).toBe(200_000)
  gate.resolve()
  await slow
  expect(limit.ms()).toBe(60_000)
})

it('takes the time back when the work fails', async () => {
  const limit = createSilenceLimit(1)
  await expect(limit.during(50, () => Promise.reject(new TypeError('no')))).rejects.toThrow('no')
  expect(limit.ms()).toBe(1)
})
