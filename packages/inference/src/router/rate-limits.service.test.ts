import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRedisServer, startRedisServer } from './__fixtures__/redis-server.ts'
import { createRateLimits } from './index.ts'

const program = findRedisServer()
const folder = mkdtempSync(join(tmpdir(), 'rt-redis-'))
const socket = join(folder, 'redis.sock')
const ada = { principal: 'ada', model: 'a', tokens: 60 }

// Skipped where there is no redis-server: __fixtures__/redis-server.ts says how to have one without installing it.
describe.skipIf(!program)('rate limits in Redis', () => {
  let server: ChildProcess
  const connect = () => createClient({ socket: { path: socket, reconnectStrategy: false } }).on('error', () => {})
  const clients = [connect(), connect()]

  beforeAll(async () => {
    server = await startRedisServer(program!, socket)
    for (const client of clients) await client.connect()
  })
  afterAll(() => {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it('counts over several processes', async () => {
    const [one, two] = clients.map((redis) => createRateLimits({ requestsPerMinute: 3, tokensPerMinute: 200, redis }))
    const ticket = await one!.take(ada)
    await two!.take(ada)
    await ticket.settle(100)
    await expect(two!.take(ada)).rejects.toMatchObject({
      code: 'rate_limited',
      data: { kind: 'tokens', used: 160, wanted: 60, retryAfterMs: expect.any(Number) },
    })
    await one!.take({ ...ada, tokens: 40 })
    await expect(two!.take({ ...ada, tokens: 0 })).rejects.toMatchObject({ data: { kind: 'requests', used: 3 } })
    await two!.take({ ...ada, principal: 'bob' })
  })

  it('counts for itself while Redis is gone', async () => {
    const limits = createRateLimits({ requestsPerMinute: 1, prefix: 'other', redis: clients[0]! })
    await limits.take(ada)
    await expect(limits.take(ada)).rejects.toMatchObject({ code: 'rate_limited' })
    const closed = once(clients[0]!, 'error')
    server.kill('SIGKILL')
    await Promise.all([closed, once(server, 'exit')])
    await limits.take(ada)
    await expect(limits.take(ada)).rejects.toMatchObject({ code: 'rate_limited' })
  })
})
