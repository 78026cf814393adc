import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createQuarantine, type QuarantineOptions, type Suspect } from './quarantine.ts'

const [a, b, c]: Suspect[] = ['a', 'b', 'c'].map((id) => ({ id, key: `${id}.gguf` }))

const setUp = (options: Partial<QuarantineOptions> = {}) => {
  const clock = createFakeClock()
  const quarantine = createQuarantine({ engine: 'test engine', clock, ...options })
  const refused = (...suspects: (Suspect | undefined)[]): boolean[] =>
    suspects.map((one) => {
      try {
        quarantine.check(one!)
        return false
      } catch {
        return true
      }
    })
  return {
    clock,
    quarantine,
    refused,
    crash: async (...running: (Suspect | undefined)[]) => {
      quarantine.crashed(running.map((one) => one!))
      await clock.advance(1000)
    },
  }
}

test('the third crash of a model has it refused, with how often, for how long, and what to do', async () => {
  const { quarantine, refused, crash, clock } = setUp()
  await crash(a)
  await crash(a)
  expect(refused(a)).toEqual([false])
  expect(quarantine.state(a!.key)).toBeUndefined()
  await crash(a)
  expect(refused(a, b)).toEqual([true, false])
  expect(quarantine.state(a!.key)).toEqual({ crashes: 3, retryAfterMs: 299_000 })
  expect(() => quarantine.check(a!)).toThrow(
    expect.objectContaining({
      code: 'model_unavailable',
      retryable: false,
      message: expect.stringContaining('test engine crashed 3 times while it ran the model a'),
      hint: expect.stringMatching(/299 s.*rt pull.*rt doctor/),
      data: { model: 'a', crashes: 3, retryAfterMs: 299_000 },
    }),
  )
  await clock.advance(298_999)
  expect(refused(a)).toEqual([true])
  await clock.advance(1)
  expect(refused(a)).toEqual([false])
})

test('of several that ran, only the one that was there each time is refused, and the others are cleared of it', async () => {
  const { refused, crash } = setUp()
  await crash(a, b, a)
  await crash(a, b)
  expect(refused(a, b)).toEqual([false, false])
  await crash(a, c)
  expect(refused(a, b, c)).toEqual([true, false, false])
  // Two crashes that a explains, and two of its own.
  await crash(b)
  await crash(b, c)
  expect(refused(b, c)).toEqual([false, false])
  await crash(b)
  expect(refused(b, c)).toEqual([true, false])
})

test('those that were there each time cannot be told apart', async () => {
  const { refused, crash } = setUp()
  for (let i = 0; i < 3; i++) await crash(a, b)
  expect(refused(a, b, c)).toEqual([true, true, false])
})

test('a crash while no model ran is laid to none', async () => {
  const { refused, crash } = setUp()
  for (let i = 0; i < 5; i++) await crash()
  expect(refused(a)).toEqual([false])
})

test('an answer clears a model', async () => {
  const { quarantine, refused, crash } = setUp()
  await crash(a)
  await crash(a)
  quarantine.answered(a!.key)
  await crash(a)
  await crash(a)
  expect(refused(a)).toEqual([false])
})

test('crashes far apart do not add up', async () => {
  const { refused, crash, clock } = setUp({ windowMs: 60_000 })
  for (let i = 0; i < 5; i++) {
    await crash(a)
    await clock.advance(30_000)
  }
  expect(refused(a)).toEqual([false])
})

test('after it was refused, one more crash is enough, and each time it is refused for longer', async () => {
  const { quarantine, refused, crash, clock } = setUp({ restMs: 10_000, maxRestMs: 30_000, windowMs: 5000 })
  for (let i = 0; i < 3; i++) await crash(a)
  const rests: number[] = []
  for (let i = 0; i < 3; i++) {
    await clock.advance(quarantine.state(a!.key)!.retryAfterMs)
    expect(refused(a)).toEqual([false])
    await crash(a)
    rests.push(quarantine.state(a!.key)!.retryAfterMs + 1000)
  }
  expect(rests).toEqual([20_000, 30_000, 30_000])
  await clock.advance(30_000 + 5000)
  // Unless it was left alone for long.
  await crash(b)
  await crash(a)
  expect(refused(a)).toEqual([false])
})
