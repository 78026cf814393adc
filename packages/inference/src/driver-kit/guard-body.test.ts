import { createFakeClock } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { guardBody } from './guard-body.ts'

const setUp = (signal?: AbortSignal) => {
  const clock = createFakeClock()
  let cancelled = 0
  let controller!: ReadableStreamDefaultController<string>
  const source = new ReadableStream<string>({
    start: (given) => void (controller = given),
    cancel: () => void cancelled++,
  })
  const reader = guardBody(source, { idleMs: 100, id: 'x', clock, signal }).getReader()
  return { clock, controller, reader, cancelled: () => cancelled }
}

/** A stream asks its source a few microtasks after its reader asked. */
const begun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('counts the silence from the last chunk on, with one timer for all', async () => {
  const { clock, controller, reader, cancelled } = setUp()
  for (const chunk of ['a', 'b', 'c']) {
    const reading = reader.read()
    await begun()
    await clock.advance(60)
    controller.enqueue(chunk)
    expect(await reading).toEqual({ done: false, value: chunk })
    expect(clock.sleeping).toBe(1)
  }
  const rejected = expect(reader.read()).rejects.toMatchObject({ code: 'timeout' })
  await begun()
  await clock.advance(60)
  expect(cancelled()).toBe(0)
  await clock.advance(40)
  await rejected
  expect([cancelled(), clock.sleeping]).toEqual([1, 0])
})

it('counts nothing while nobody reads', async () => {
  const { clock, controller, reader } = setUp()
  controller.enqueue('a')
  await reader.read()
  await clock.advance(1000)
  expect(clock.sleeping).toBe(0)
  controller.enqueue('b')
  expect(await reader.read()).toEqual({ done: false, value: 'b' })
})

it('leaves no timer behind, whether it ends, breaks or is left', async () => {
  for (const leave of ['close', 'error', 'cancel'] as const) {
    const { clock, controller, reader } = setUp()
    const reading = reader.read().catch(() => {})
    if (leave === 'cancel') await reader.cancel()
    else controller[leave]()
    await reading
    expect(clock.sleeping, leave).toBe(0)
  }
})

it('ends at once when the caller gives up, before or in the middle', async () => {
  const caller = new AbortController()
  const { reader, cancelled } = setUp(caller.signal)
  const rejected = expect(reader.read()).rejects.toMatchObject({ code: 'aborted' })
  caller.abort()
  await rejected
  expect(cancelled()).toBe(1)
  await expect(setUp(caller.signal).reader.read()).rejects.toMatchObject({ code: 'aborted' })
})
