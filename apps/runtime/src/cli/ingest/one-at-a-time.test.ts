import { expect, it } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

it('runs once more, however often it is asked meanwhile, and never twice at once', async () => {
  const releases: Array<() => void> = []
  let running = 0
  let most = 0
  const runs = oneAtATime(async () => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => releases.push(resolve))
    running--
  })
  runs.request()
  for (let i = 0; i < 5; i++) runs.request()
  expect(releases).toHaveLength(1)
  releases[0]!()
  await Promise.resolve()
  while (releases.length < 2) await Promise.resolve()
  releases[1]!()
  await runs.idle()
  expect({ runs: releases.length, most }).toEqual({ runs: 2, most: 1 })
  runs.request()
  expect(releases).toHaveLength(3)
  releases[2]!()
  await runs.idle()
})
