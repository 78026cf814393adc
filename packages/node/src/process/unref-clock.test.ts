import { expect, test, vi } from 'vitest'
import { unrefClock } from './unref-clock.ts'

test('sleeps on for a time that no timer takes', async () => {
  const timer = vi.spyOn(globalThis, 'setTimeout')
  const caller = new AbortController()
  const asleep = unrefClock.sleep(30 * 86_400_000, caller.signal)
  caller.abort()
  await expect(asleep).rejects.toMatchObject({ code: 'aborted' })
  expect(timer.mock.lastCall?.[1]).toBe(2 ** 31 - 1)
  timer.mockRestore()
})
