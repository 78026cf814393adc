import type { StreamPart } from '@rt/core'
import { expect, it } from 'vitest'
import { failSafe } from './fail-safe.ts'

const text = (delta: string): StreamPart => ({ type: 'text-delta', text: delta })

it('ends with one terminal part when it cannot be opened, or throws half-way', async () => {
  const closed = failSafe(() => Promise.reject(new Error('closed')))
  expect(await Array.fromAsync(closed)).toMatchObject([{ type: 'error' }])
  const broken = failSafe(async () =>
    (async function* () {
      yield text('a')
      throw new Error('broke')
    })(),
  )
  expect(await Array.fromAsync(broken)).toMatchObject([text('a'), { type: 'error' }])
  expect(await broken.next()).toEqual({ done: true, value: undefined })
})

it('opens nothing before it is read, and stops what it opened when its reader leaves', async () => {
  let opened = 0
  let stopped = 0
  const open = async (): Promise<AsyncIterable<StreamPart>> => {
    opened++
    return (async function* () {
      try {
        yield text('a')
        yield text('b')
      } finally {
        stopped++
      }
    })()
  }
  await failSafe(open).return!()
  expect(opened).toBe(0)
  for await (const _ of failSafe(open)) break
  expect([opened, stopped]).toEqual([1, 1])

  // It leaves while the stream is being opened: nobody reads, so nothing runs.
  const stream = failSafe(open)
  const first = stream.next()
  await stream.return!()
  expect(await first).toEqual({ done: true, value: undefined })
  expect([opened, stopped]).toEqual([2, 1])
})
