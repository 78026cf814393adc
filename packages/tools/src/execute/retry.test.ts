import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { retry } from './retry.ts'

test('waits with full jitter, doubling, and gives up with the last failure', async () => {
  const clock = createFakeClock()
  const starts: number[] = []
  const work = retry(
    async (attempt) => {
      starts.push(clock.monotonic())
      throw new Error(`failure ${attempt}`)
    },
    { retries: 2, delayMs: 100, clock, random: () => 0.5 },
  )
  const settled = expect(work).rejects.toThrow('failure 2')
  for (const ms of [50, 100]) {
    while (clock.sleeping === 0) await Promise.resolve()
    await clock.advance(ms)
  }
  await settled
  expect(starts).toEqual([0, 50, 150])
})

test('stops at a failure that will not pass, and at an abort while it waits', async () => {
  let calls = 0
  const failing = async (): Promise<never> => {
    calls++
    throw new Error('no')
  }
  await expect(retry(failing, { retries: 5, shouldRetry: () => false })).rejects.toThrow('no')
  expect(calls).toBe(1)

  const clock = createFakeClock()
  const controller = new AbortController()
  const waiting = retry(failing, { retries: 5, clock, signal: controller.signal })
  const settled = expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  while (clock.sleeping === 0) await Promise.resolve()
  controller.abort()
  await settled
  expect(calls).toBe(2)
})
