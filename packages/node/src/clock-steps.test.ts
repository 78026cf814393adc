// The wall clock of a machine steps: by hand, by NTP, after a sleep. Nothing here may wait, give up or count by it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { download } from './fetch/index.ts'
import { superviseChild } from './process/index.ts'
import { runScript } from './sqlite/__fixtures__/run-script.ts'
import { acquireOwner, openDatabase, readOwner } from './sqlite/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-clock-'))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const HOUR_MS = 3_600_000
const STEPS: [string, number][] = [
  ['an hour back', -HOUR_MS],
  ['ten years ahead', 10 * 365 * 24 * HOUR_MS],
]
const step = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

describe.each(STEPS)('the wall clock steps %s', (_, ms) => {
  test('an owner stays the owner, and the lock of a crashed one is still taken over', async () => {
    const owner = await acquireOwner({ folder })
    step(ms)
    await expect(acquireOwner({ folder })).rejects.toMatchObject({ code: 'folder_owned' })
    expect((await readOwner(folder))?.token).toBe(owner.info.token)
    await owner.setAddress('http://127.0.0.1:1')
    await owner[Symbol.asyncDispose]()

    const crashed = runScript(new URL('./sqlite/__fixtures__/own.ts', import.meta.url), [folder])
    await crashed.line()
    crashed.child.stdin!.write('go\n')
    expect(await crashed.line()).toBe(`owner ${crashed.child.pid}`)
    await expect(acquireOwner({ folder })).rejects.toMatchObject({ code: 'folder_owned' })
    crashed.child.kill('SIGKILL')
    await crashed.exited
    await using next = await acquireOwner({ folder })
    expect(next.info.pid).toBe(process.pid)
  })

  test('closing a database still waits for a transaction that ends', async () => {
    const database = await openDatabase({ path: join(folder, 'rt.db'), graceMs: 60_000 })
    await database.write({ sql: 'CREATE TABLE item (x)' })
    const gate = Promise.withResolvers<void>()
    const inserted = database.transaction(async (transaction) => {
      await gate.promise
      return transaction.run({ sql: 'INSERT INTO item VALUES (1)' })
    })
    const closed = database[Symbol.asyncDispose]()
    step(ms)
    await new Promise<void>((resolve) => void setTimeout(resolve, 0))
    gate.resolve()
    expect(await inserted).toBe(1)
    await closed
  })

  test('a download goes on, and one whose host falls silent still times out', async () => {
    const answers: ServerResponse[] = []
    const asked = Promise.withResolvers<void>()
    const server = createServer((request, response) => {
      response.setHeader('content-length', 6)
      response.write('one')
      answers.push(response)
      if (request.url === '/good') asked.resolve()
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const to = join(folder, 'good')
      const got = download({ url: `${host}/good`, to, idleTimeoutMs: 60_000 })
      await asked.promise
      step(ms)
      answers[0]!.end('two')
      await got
      expect(readFileSync(to, 'utf8')).toBe('onetwo')

      const silent = download({
        url: `${host}/silent`,
        to: join(folder, 'silent'),
        idleTimeoutMs: 50,
        onProgress: () => step(ms),
      })
      await expect(silent).rejects.toMatchObject({ code: 'timeout' })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('restarts of a child are counted within a real minute', async () => {
    await using child = superviseChild({
      name: 'test',
      entry: {
        url: new URL('./process/__fixtures__/child.ts', import.meta.url),
        execArgv: ['--conditions=@rt/source'],
      },
      restart: { perMinute: 1, delayMs: 1 },
    })
    const exits = vi.fn()
    child.onExit(exits)
    await child.start()
    for (let times = 1; times <= 2; times++) {
      process.kill(child.pid!, 'SIGKILL')
      await vi.waitFor(() => expect(exits).toHaveBeenCalledTimes(times), { timeout: 20_000 })
      step(ms)
      // After the first end it comes back; the second one within a minute is the last.
      if (times === 1) await child.start()
    }
    await expect(child.start()).rejects.toMatchObject({
      code: 'engine_unavailable',
      data: { times: 2, retryAfterMs: expect.toSatisfy((wait: number) => wait > 0 && wait <= 60_000) as unknown },
    })
  })
})

test('a lock whose time lies in the future, or is none, says nothing about its owner', async () => {
  const path = join(folder, 'owner.json')
  for (const startedAt of [Date.now() + 10 * 365 * 24 * HOUR_MS, -1, 'yesterday']) {
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, identity: 'gone:1', token: '0'.repeat(32), startedAt }))
    expect(await readOwner(folder)).toBeUndefined()
    await using owner = await acquireOwner({ folder })
    expect(owner.info.pid).toBe(process.pid)
  }
})
