import { once } from 'node:events'
import { entryUrl } from '@rt/node/worker'
import { expect, onTestFinished, test } from 'vitest'
import { createHost, type Host } from './create-host.ts'

const createTestHost = ({
  program = 'test-host',
  ...options
}: { program?: string; serialization?: 'advanced'; env?: Record<string, string> } = {}): Host => {
  const host = createHost({
    name: 'test engine',
    entry: entryUrl(import.meta.url, `./__fixtures__/${program}.ts`, `${program}.js`),
    ...options,
  })
  onTestFinished(() => host[Symbol.asyncDispose]())
  return host
}

const readAll = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const event of source) all.push(event)
  return all
}

test('calls are answered by a child that starts at the first of them', async () => {
  const host = createTestHost({ env: { RT_TEST_WORD: 'hello' } })
  expect(host.pid).toBeUndefined()
  expect(await Promise.all([host.call('echo', { a: [1] }), host.call('echo', 'b')])).toEqual([{ a: [1] }, 'b'])
  expect(await host.call('env', 'RT_TEST_WORD')).toBe('hello')
  expect(host.pid).not.toBe(process.pid)
})

test('typed arrays cross with advanced serialization', async () => {
  const host = createTestHost({ serialization: 'advanced' })
  expect(await host.call('echo', new Float32Array([1, 2.5]))).toEqual(new Float32Array([1, 2.5]))
})

test('an error of the child arrives with its code, hint and data', async () => {
  const host = createTestHost()
  await expect(host.call('fail')).rejects.toMatchObject({
    code: 'model_invalid',
    message: 'no such weights',
    hint: 'look elsewhere',
    data: { tried: 3 },
  })
  await expect(readAll(host.stream('fail'))).rejects.toMatchObject({ code: 'model_invalid' })
  await expect(host.call('nothing')).rejects.toMatchObject({ code: 'internal' })
})

test('a stream keeps order and length, however its events are grouped', async () => {
  const host = createTestHost()
  const expected = Array.from({ length: 500 }, (_, i) => i)
  expect(await readAll(host.stream('count', { to: 500, groups: 7 }))).toEqual(expected)
  expect(await readAll(host.stream('count', { to: 0 }))).toEqual([])
})

test('a crash fails everything open with engine_crashed, and the next call has a new child', async () => {
  const host = createTestHost()
  await host.start()
  const before = host.pid
  const waiting = host.call('forever')
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const event of host.stream('count', { to: 1000, dieAt: 20 })) seen.push(event)
  })()
  const crashed = { code: 'engine_crashed', retryable: true, message: expect.stringContaining('test engine') }
  await Promise.all([
    expect(waiting).rejects.toMatchObject(crashed),
    expect(reading).rejects.toMatchObject({ ...crashed, data: { engine: 'test engine', signal: 'SIGKILL' } }),
  ])
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i))
  expect(await host.call('echo', 'back')).toBe('back')
  expect(host.pid).not.toBe(before)
})

test('an abort rejects at once and reaches the child', async () => {
  const host = createTestHost()
  const controller = new AbortController()
  const call = host.call('forever', undefined, { signal: controller.signal })
  await host.call('echo')
  controller.abort()
  await expect(call).rejects.toMatchObject({ code: 'aborted' })
  expect(await host.call('cancelled')).toBe(1)
  await expect(host.call('echo', 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
})

test('an abort need not wait for a host that starts', async () => {
  const host = createTestHost({ program: 'never-ready' })
  for (const begin of [
    (signal: AbortSignal) => host.call('echo', 1, { signal }),
    (signal: AbortSignal) => readAll(host.stream('count', { to: 1 }, { signal, onAbort: 'drain' })),
  ]) {
    const controller = new AbortController()
    const waiting = begin(controller.signal)
    setImmediate(() => controller.abort())
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  }
  expect(host.pid).toBeDefined()
})

test('leaving a stream early cancels it in the child', async () => {
  const host = createTestHost()
  for await (const event of host.stream('untilCancelled')) if (event === 3) break
  await expect.poll(() => host.call('cancelled')).toBe(1)
})

test('an aborted stream throws, or lets the child have the last word', async () => {
  const host = createTestHost()
  const read = async (onAbort: 'throw' | 'drain'): Promise<unknown> => {
    const controller = new AbortController()
    let last: unknown
    for await (const event of host.stream('untilCancelled', undefined, { signal: controller.signal, onAbort })) {
      if (event === 5) controller.abort()
      last = event
    }
    return last
  }
  await expect(read('throw')).rejects.toMatchObject({ code: 'aborted' })
  expect(await read('drain')).toBe('cancelled')
})

test('closing it ends the child and fails what is open', async () => {
  const host = createTestHost()
  const call = host.call('forever')
  await host.call('echo')
  await Promise.all([expect(call).rejects.toMatchObject({ code: 'shutting_down' }), host[Symbol.asyncDispose]()])
  expect(host.pid).toBeUndefined()
  await expect(host.call('echo')).rejects.toMatchObject({ code: 'shutting_down' })
})

test('a program that ends, ends: an idle host does not hold it, an open call does', async () => {
  const { fork } = await import('node:child_process')
  const { url, execArgv } = entryUrl(import.meta.url, './__fixtures__/idle-program.ts', 'idle-program.js')
  const child = fork(url, [], { execArgv, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number]
  expect({ code, output }).toEqual({ code: 0, output: 'answered\n' })
})
