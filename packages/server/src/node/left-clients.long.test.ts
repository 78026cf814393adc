import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { emptyUsage } from '@rt/core'
import { expect, test } from 'vitest'
import { createFakePorts } from '../__fixtures__/fake-ports.ts'
import { createApp } from '../index.ts'
import { serve } from './index.ts'

// Row 10 of the faults: what clients that go away leave in the server. What they leave in a model is in left-answers of
// apps/runtime.
const CLIENTS = 10_000
const AT_ONCE = 50
const WAYS = ['destroy', 'resetAndDestroy', 'end'] as const

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const heapBytes = async (): Promise<number> => {
  for (let round = 0; round < 5; round++) {
    collectGarbage()
    await setImmediate()
  }
  return process.memoryUsage().heapUsed
}
const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)

test('ten thousand clients that went away, each in its own way, leave nothing behind', async () => {
  let answering = 0
  let tokens = 0
  const ports = createFakePorts([], async function* (_request, signal) {
    answering++
    try {
      while (!signal.aborted) {
        tokens++
        yield { type: 'text-delta', text: 'word ' }
        await setImmediate()
      }
      yield { type: 'abort', reason: 'the client went away', usage: emptyUsage() }
    } finally {
      answering--
    }
  })
  // The fixture keeps what it was asked.
  ports.requests.push = () => 0
  ports.signals.push = () => 0
  await using server = await serve(createApp(ports), { port: 0, drainMs: 0 })
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], stream: true })
  const request = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  const leave = async (n: number): Promise<void> => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    await once(socket, 'connect')
    const go = (): void => void socket[WAYS[n % WAYS.length]!]()
    // Within its headers, within its body, right after it, or after some words.
    const [cut, words] = [[20, request.length - 5, Infinity, Infinity][n % 4]!, n % 7]
    let seen = 0
    socket.on('data', (piece: Buffer) => {
      seen += piece.toString().split('data: ').length - 1
      if (seen >= words) go()
    })
    socket.write(request.slice(0, cut), () => {
      if (cut < request.length || words === 0) go()
    })
    await closed
  }
  let next = 0
  const leaveUpTo = (count: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < count) await leave(next++)
      }),
    )
  await leaveUpTo(CLIENTS / 5)
  await expect.poll(() => answering, { timeout: 60_000 }).toBe(0)
  const before = { heap: await heapBytes(), files: openFiles() }
  await leaveUpTo(CLIENTS)
  await expect.poll(() => answering, { timeout: 60_000 }).toBe(0)
  const written = tokens
  await setImmediate()
  expect(tokens).toBe(written)
  const grown = (await heapBytes()) - before.heap
  console.log(`heap: ${(grown / 1e3).toFixed(0)} kB more, files: ${openFiles() - before.files} more`)
  // 8,000 of them with a kilobyte each would be eight megabytes.
  expect(grown).toBeLessThan(4e6)
  await expect.poll(() => openFiles() - before.files, { timeout: 60_000 }).toBeLessThan(10)
})
