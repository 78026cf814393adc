import { RtError } from '@rt/core'
import { expect, test } from 'vitest'
import { runInThread } from './run-in-thread.ts'

const module = new URL('./__fixtures__/thread-work.ts', import.meta.url)

const read = async (what: unknown, more: Partial<Parameters<typeof runInThread>[0]> = {}): Promise<unknown[]> => {
  const seen: unknown[] = []
  const thread = runInThread({ module, args: [what], ...more })
  for (;;) {
    const next = await thread.next()
    seen.push(next.value)
    if (next.done) return seen
  }
}

test('values come as they are, also those that JSON has not', async () => {
  expect(await read('x')).toEqual([{ what: 'x', date: new Date(0), big: 1n, map: new Map([[1, 2]]) }])
})

test('what is yielded comes one by one, then what is returned', async () => {
  expect(await read('progress')).toEqual(['a', 'b', 'all'])
})

test('one call leaves nothing for the next', async () => {
  expect([await read('calls'), await read('calls')]).toEqual([[1], [1]])
})

test('an endless loop is ended by its signal, and the reader waits for the end of the thread', async () => {
  const controller = new AbortController()
  const started = new Int32Array(new SharedArrayBuffer(4))
  const reading = runInThread({ module, args: ['block', started], signal: controller.signal }).next()
  const ended = expect(reading).rejects.toMatchObject({ code: 'aborted' })
  await Atomics.waitAsync(started, 0, 0).value
  controller.abort()
  await ended
})

test('a flood waits for its reader, who may leave', async () => {
  const thread = runInThread({ module, args: ['flood'] })
  expect([(await thread.next()).value, (await thread.next()).value]).toEqual([0, 1])
  // Resolves when the thread is gone.
  await thread.return(undefined)
})

test.each([
  ['throw', { name: 'TypeError', message: 'no such city' }],
  ['throw-rt', { code: 'not_found', message: 'no such city', hint: 'Try Oslo.' }],
  ['function', { name: 'DataCloneError' }],
  ['exit', { code: 'overloaded', message: 'the thread ended with code 3 before its work was done.' }],
  ['memory', { code: 'overloaded', message: 'the thread took more than 32 MB.' }],
])('%s', async (what, error) => {
  await expect(read(what, { memoryMb: 32 })).rejects.toMatchObject(error)
})

test('what cannot be copied is told, either way', async () => {
  await expect(read(() => {})).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(read('throw-odd')).rejects.toBe('[object Object]')
  const error: unknown = await read('x', { module: new URL('./entry-url.ts', import.meta.url) }).catch(
    (e: unknown) => e,
  )
  expect(RtError.isInstance(error) && error.message).toBe('entry-url.ts has no function as its default export.')
})
