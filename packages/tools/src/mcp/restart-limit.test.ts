import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createRestartLimit } from './restart-limit.ts'

const { signal } = new AbortController()

test('waits longer after each failure, and after four not at all for a minute', async () => {
  const clock = createFakeClock()
  const limit = createRestartLimit('files', clock)
  await limit.wait(signal)
  for (const ms of [250, 500, 1_000]) {
    limit.failed()
    const waiting = limit.wait(signal)
    expect(clock.sleeping).toBe(1)
    await clock.advance(ms)
    await waiting
  }
  limit.failed()
  await expect(limit.wait(signal)).rejects.toMatchObject({
    code: 'mcp_unavailable',
    message: expect.stringContaining('files failed 4 times within a minute'),
    data: { retryAfterMs: 60_000 - 1_750 },
  })
  await clock.advance(60_000)
  await limit.wait(signal)
})
