import { once } from 'node:events'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRedisServer, type RedisServer, startRedisServer } from './__fixtures__/redis-server.ts'
import { createRateLimits } from './index.ts'

const program = findRedisServer()
const ada = { principal: 'ada', model: 'a', tokens: 60 }

// Skipped where there is no redis-server: node tooling/scripts/fetch-redis.ts fetches one.
describe.skipIf(!program)('rate limits in Redis', () => {
  let server: RedisServer
  const connect = () =>
    createClient({ socket: { path: server.socket, tls: false, reconnectStrategy: false } })
      .on('error', () => {})
      .connect()
  let clients: Awaited<ReturnType<typeof connect>>[]

  beforeAll(async () => {
    server = await startRedisServer(program!)
    clients = [await connect(), await connect()]
  })
  afterAll(async () => {
    for (const client of clients) if (client.isOpen) client.destroy()
    await server[Symbol.asyncDispose]()
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
    server.process.kill('SIGKILL')
    await closed
    await limits.take(ada)
    await expect(limits.take(ada)).rejects.toMatchObject({ code: 'rate_limited' })
  })
})
