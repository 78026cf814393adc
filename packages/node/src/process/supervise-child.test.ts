import { createFakeClock, type FakeClock } from '@rt/core/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { runScript } from '../sqlite/__fixtures__/run-script.ts'
import { processIdentity } from '../sqlite/process-identity.ts'
import { serveChild } from './serve-child.ts'
import { type ChildExit, type SupervisedChild, superviseChild, type SuperviseChildOptions } from './supervise-child.ts'

const entry = { url: new URL('./__fixtures__/child.ts', import.meta.url), execArgv: ['--conditions=@rt/source'] }
const opened: SupervisedChild[] = []
const supervise = (options: Partial<SuperviseChildOptions> = {}): SupervisedChild => {
  const child = superviseChild({ name: 'test', entry, ...options })
  opened.push(child)
  return child
}
afterEach(async () => {
  for (const child of opened.splice(0)) await child[Symbol.asyncDispose]()
})

const nextMessage = (child: SupervisedChild): Promise<unknown> =>
  new Promise((resolve) => {
    const stop = child.onMessage((message) => {
      stop()
      resolve(message)
    })
  })
const nextExit = (child: SupervisedChild): Promise<ChildExit> =>
  new Promise((resolve) => {
    const stop = child.onExit((exit) => {
      stop()
      resolve(exit)
    })
  })
const echo = (child: SupervisedChild, message: unknown): Promise<unknown> => {
  const answer = nextMessage(child)
  child.send(message)
  return answer
}
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })
const gone = (pid: number): Promise<void> => until(() => expect(processIdentity(pid)).toBeUndefined())

test('start is idempotent, messages go both ways, and dispose stops politely', async () => {
  const child = supervise()
  expect(() => child.send('early')).toThrow('not running')
  await Promise.all([child.start(), child.start()])
  const { pid } = child
  await child.start()
  expect(child.pid).toBe(pid)
  expect(await echo(child, { n: 1 })).toEqual({ echo: { n: 1 } })

  const exit = nextExit(child)
  const last = nextMessage(child)
  await child[Symbol.asyncDispose]()
  expect(await last).toBe('stopping')
  expect(await exit).toMatchObject({ code: 0, signal: null, expected: true })
  await gone(pid!)
  await expect(child.start()).rejects.toMatchObject({ code: 'engine_unavailable', retryable: false })
})

test('advanced serialization carries bytes', async () => {
  const child = supervise({ serialization: 'advanced' })
  await child.start()
  expect(await echo(child, new Float32Array([1, 2]))).toEqual({ echo: new Float32Array([1, 2]) })
})

test('a crash is told, and the child comes back with the same listeners', async () => {
  const child = supervise({ restart: { delayMs: 1 } })
  await child.start()
  const { pid } = child
  // The first heartbeat is asked for before any message.
  await echo(child, 'there')
  const exit = nextExit(child)
  child.send('crash')
  expect(await exit).toMatchObject({ code: 7, signal: null, expected: false })
  expect((await exit).memoryBytes).toBeGreaterThan(10e6)
  await child.start()
  expect(child.pid).not.toBe(pid)
  expect(await echo(child, 'again')).toEqual({ echo: 'again' })
})

test('it is restarted at most so often a minute, each time later, and then says so', async () => {
  const clock: FakeClock = createFakeClock()
  const child = supervise({ clock, restart: { perMinute: 2, delayMs: 100 } })
  const crash = async (): Promise<void> => {
    const exit = nextExit(child)
    child.send('crash')
    await exit
  }
  await child.start()
  for (const delay of [100, 200]) {
    await crash()
    const back = child.start()
    await clock.advance(delay - 1)
    expect(child.pid).toBeUndefined()
    await clock.advance(1)
    await back
  }
  await crash()
  expect(clock.sleeping).toBe(0)
  await expect(child.start()).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringContaining('3 times within a minute') as unknown,
    hint: expect.stringContaining('60 s') as unknown,
  })
  await clock.advance(60_000)
  await child.start()
  expect(await echo(child, 1)).toEqual({ echo: 1 })
})

test('one that ends before it is ready gives its output as the cause, and nothing of it to a client', async () => {
  const child = supervise({ env: { FAIL_AT_START: '1' } })
  const error = await child.start().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringContaining('exit code 3') as unknown,
    hint: expect.stringContaining('the cause') as unknown,
    data: { code: 3, signal: null },
    cause: { code: 'engine_unavailable', message: 'no such engine\n' },
  })
  expect(JSON.stringify(error)).not.toContain('no such engine')
})

test('a child that is stuck is killed; one that answers is not', async () => {
  const clock = createFakeClock()
  const child = supervise({ clock, heartbeatMs: 1000, hangMs: 3000 })
  await child.start()
  let exits = 0
  child.onExit(() => exits++)
  for (let i = 0; i < 10; i++) {
    await clock.advance(1000)
    // Behind the pong on the same channel.
    expect(await echo(child, i)).toEqual({ echo: i })
  }
  expect(exits).toBe(0)
  const exit = nextExit(child)
  child.send('stuck')
  for (let i = 0; i < 5; i++) await clock.advance(1000)
  expect(await exit).toMatchObject({ signal: 'SIGKILL', hung: true, expected: false })
})

test('a child that does not stop when asked is killed after the grace', async () => {
  const child = supervise({ env: { NEVER_STOP: '1' }, graceMs: 50 })
  await child.start()
  const exit = nextExit(child)
  await child[Symbol.asyncDispose]()
  expect(await exit).toMatchObject({ signal: 'SIGKILL', expected: true })
})

test('signals of the terminal do not stop the child', async () => {
  const child = supervise()
  await child.start()
  process.kill(child.pid!, 'SIGINT')
  process.kill(child.pid!, 'SIGTERM')
  expect(await echo(child, 'still here')).toEqual({ echo: 'still here' })
})

test.each(['idle', 'stuck'])('kill -9 of the parent leaves no orphan (%s)', async (mode) => {
  const parent = runScript(new URL('./__fixtures__/parent.ts', import.meta.url), [mode])
  const pid = Number(await parent.line())
  expect(processIdentity(pid)).toBeDefined()
  parent.child.kill('SIGKILL')
  await parent.exited
  await gone(pid)
})

test('an idle child does not keep its parent alive, and goes with it', async () => {
  const parent = runScript(new URL('./__fixtures__/parent.ts', import.meta.url), ['end'])
  const pid = Number(await parent.line())
  expect(await parent.exited).toEqual({ code: 0, signal: null, stderr: '' })
  await gone(pid)
})

test('serveChild refuses a process without a parent', () => {
  expect(() => serveChild({ onMessage: () => {} })).toThrow('without one')
})
