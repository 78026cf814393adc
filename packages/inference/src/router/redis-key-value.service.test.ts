import { once } from 'node:events'
import { emptyUsage } from '@rt/core'
import { keyValueConformance } from '@rt/core/testing'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, lastOf, model, read, REMOTE } from './__fixtures__/models.ts'
import { findRedisServer, type RedisServer, startRedisServer } from './__fixtures__/redis-server.ts'
import { createBudget, createRedisKeyValue, createRoute } from './index.ts'

const program = findRedisServer()

interface Connected extends Disposable {
  redis: object
  /** Sends one command itself. */
  send(...words: string[]): Promise<unknown>
  /** Resolves when it notices that the connection is gone. */
  lost(): Promise<unknown>
}

/** With the defaults of each package: both connect anew for ever, and keep commands until then. */
const CONNECT: Record<string, (socket: string) => Promise<Connected>> = {
  redis: async (socket) => {
    const client = createClient({ socket: { path: socket, tls: false } }).on('error', () => {})
    await client.connect()
    return {
      redis: client,
      send: (...words) => client.sendCommand(words),
      lost: () => once(client, 'error'),
      [Symbol.dispose]: () => client.destroy(),
    }
  },
  ioredis: async (socket) => {
    const client = new Redis(socket)
    client.on('error', () => {})
    await once(client, 'ready')
    return {
      redis: client,
      send: (...words) => client.call(...(words as [string, ...string[]])),
      lost: () => once(client, 'close'),
      [Symbol.dispose]: () => client.disconnect(),
    }
  },
}

// Skipped where there is no redis-server: node tooling/scripts/fetch-redis.ts fetches one.
describe.skipIf(!program).each(Object.entries(CONNECT))('a client of %s', (name, connect) => {
  let server: RedisServer
  let one: Connected
  let two: Connected
  let stores = 0

  beforeAll(async () => {
    server = await startRedisServer(program!)
    one = await connect(server.socket)
    two = await connect(server.socket)
  })
  afterAll(async () => {
    one[Symbol.dispose]()
    two[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  keyValueConformance(
    {
      name: `Redis by ${name}`,
      async create() {
        const prefix = `store${stores++}:`
        return {
          store: createRedisKeyValue({ redis: one.redis, prefix }),
          // What Redis has left of each key's time is cut; what is then over is removed as if it had been waited for.
          async advance(ms) {
            for (const key of (await one.send('KEYS', `${prefix}*`)) as string[]) {
              const left = Number(await one.send('PTTL', key))
              if (left >= 0) await one.send('PEXPIRE', key, String(left - ms))
            }
          },
        }
      },
    },
    { describe, it, expect },
  )

  it('keeps a budget of several processes together', async () => {
    const limits = [{ per: 'all', tokens: 1000 } as const]
    const [a, b] = [one, two].map(({ redis }) => createBudget({ limits, store: createRedisKeyValue({ redis }) }))
    const call = { principal: 'ada', model: 'cloud/x', tokens: 60, usd: null }
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => (i % 2 ? a! : b!).reserve(call)))
    const passed = results.filter((result) => result.status === 'fulfilled')
    expect(passed.length).toBeGreaterThan(0)
    expect(passed.length).toBeLessThanOrEqual(16)
    for (const { reason } of results.filter((result) => result.status === 'rejected'))
      expect(reason).toMatchObject({ code: 'budget_exceeded' })
    const [key] = (await one.send('KEYS', 'rt:budget:*')) as string[]
    expect(Number(await one.send('GET', key!))).toBe(60 * passed.length)
    await passed[0]!.value.settle({ ...emptyUsage(), output: 1 }, null)
    expect(Number(await two.send('GET', key!))).toBe(60 * passed.length - 59)
    expect(Number(await two.send('PTTL', key!))).toBeGreaterThan(86_400_000)
  })

  it('says what Redis refuses', async () => {
    const store = createRedisKeyValue({ redis: one.redis, prefix: 'odd:' })
    await one.send('SET', 'odd:text', 'not JSON')
    await expect(store.get('text')).rejects.toMatchObject({ code: 'config_invalid', data: { store: 'redis' } })
    await one.send('LPUSH', 'odd:list', 'x')
    await expect(store.add('list', 1)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('WRONGTYPE'),
    })
    await one.send('CONFIG', 'SET', 'maxmemory', '1')
    await expect(store.add('n', 1)).rejects.toMatchObject({ code: 'overloaded', retryable: true })
    await one.send('CONFIG', 'SET', 'maxmemory', '0')
    expect(await store.add('n', 1)).toBe(1)
  })

  describe('when Redis goes away', () => {
    const call = { principal: 'ada', model: 'cloud/x', tokens: 60, usd: null }
    const budgetOf = ({ redis }: Connected, prefix: string, timeoutMs?: number) =>
      createBudget({
        limits: [{ per: 'all', tokens: 1000 }],
        store: createRedisKeyValue({ redis, ...(timeoutMs !== undefined && { timeoutMs }) }),
        prefix,
      })

    it('refuses calls it does not answer for in time, and goes on when it answers again', async () => {
      const budget = budgetOf(one, 'hangs', 100)
      server.process.kill('SIGSTOP')
      await expect(budget.reserve(call)).rejects.toMatchObject({
        code: 'timeout',
        retryable: true,
        message: 'the store in Redis did not answer within 100 ms.',
        data: { store: 'redis' },
      })
      server.process.kill('SIGCONT')
      await (await budgetOf(one, 'hangs').reserve(call)).release()
    })

    it('refuses every call while it is gone, and sends none to a model', async () => {
      const budget = budgetOf(one, 'gone')
      const reserved = await budget.reserve(call)
      const lost = one.lost()
      server.process.kill('SIGKILL')
      await lost
      const gone = { code: 'network', retryable: true, data: { store: 'redis' } }
      await expect(budget.reserve(call)).rejects.toMatchObject(gone)
      await expect(reserved.settle(emptyUsage(), null)).rejects.toMatchObject(gone)
      await expect(reserved.release()).rejects.toMatchObject(gone)

      const remote = model('cloud/x', ['spent'], REMOTE)
      const route = createRoute({ id: 'chat', legs: [{ model: remote }], budget, retry: { attempts: 1 } })
      expect(lastOf(await read(route.stream(ask())))).toMatchObject({ type: 'error', error: { code: 'network' } })
      expect(remote.requests).toHaveLength(0)
    })
  })
})
