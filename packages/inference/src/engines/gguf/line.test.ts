import { expect, test } from 'vitest'
import { createLine } from './line.ts'

const never = new AbortController().signal

test('a full line says when to come back, from how long stays took', async () => {
  let now = 0
  const line = createLine({ width: 2, maxWaiting: 2, clock: { monotonic: () => now } })
  const stay = async (ms: number): Promise<void> => {
    const leave = await line.enter(never)
    now += ms
    leave()
  }
  for (let i = 0; i < 30; i++) await stay(4000)
  await Promise.all([line.enter(never), line.enter(never)])
  const waiting = [line.enter(never), line.enter(never)]
  await expect(line.enter(never)).rejects.toMatchObject({
    code: 'overloaded',
    retryable: true,
    data: { sequences: 2, waiting: 2, retryAfterMs: 6000 },
  })
  expect(line.state()).toEqual({ inside: 2, waiting: waiting.length })
})

test('before anybody left there is a guess', async () => {
  const line = createLine({ width: 1, maxWaiting: 0 })
  await line.enter(never)
  await expect(line.enter(never)).rejects.toMatchObject({ data: { retryAfterMs: 1000 } })
})

test('leaving twice lets one in', async () => {
  const line = createLine({ width: 1 })
  const leave = await line.enter(never)
  const second = line.enter(never)
  void line.enter(never)
  leave()
  leave()
  await second
  expect(line.state()).toEqual({ inside: 1, waiting: 1 })
})
