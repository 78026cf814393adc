import { execFile } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { promisify } from 'node:util'
import { createBudget, createRateLimits, createRedisKeyValue } from '@rt/inference/router'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  findRedisServer,
  type RedisServer,
  startRedisServer,
} from '../../../../packages/inference/src/router/__fixtures__/redis-server.ts'
import { type ConnectedRedis, connectRedis } from './connect-redis.ts'

const program = findRedisServer()

// Skipped where there is no redis-server: node tooling/scripts/fetch-redis.ts fetches one.
describe.skipIf(!program)('connectRedis', () => {
  let server: RedisServer
  let redis: ConnectedRedis
  const connect = (timeoutMs?: number): Promise<ConnectedRedis> =>
    connectRedis(`unix://:s3cret@${server.socket}`, { ...(timeoutMs !== undefined && { timeoutMs }) })

  beforeAll(async () => {
    server = await startRedisServer(program!, '--requirepass', 's3cret')
    redis = await connect()
  })
  afterAll(async () => {
    await redis.close()
    await server[Symbol.asyncDispose]()
  })

  it('gives a client that budgets and limits count with', async () => {
    const { client } = redis
    const call = { principal: 'ada', model: 'cloud/x', tokens: 60, usd: null }
    const budget = createBudget({
      limits: [{ per: 'key', tokens: 100 }],
      store: createRedisKeyValue({ redis: client }),
    })
    await budget.reserve(call)
    await expect(budget.reserve(call)).rejects.toMatchObject({ code: 'budget_exceeded' })
    const limits = createRateLimits({ requestsPerMinute: 1, redis: client })
    await limits.take(call)
    await expect(limits.take(call)).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it.each(['', ':wrong@'])('is refused with the login %j', async (login) => {
    await expect(connectRedis(`unix://${login}${server.socket}`)).rejects.toMatchObject({ code: 'config_invalid' })
  })

  it('notices that Redis hangs, refuses, and connects anew', async () => {
    const impatient = await connect(500)
    const client = impatient.client as EventEmitter
    const store = createRedisKeyValue({ redis: client })
    const limits = createRateLimits({ requestsPerMinute: 1, redis: client, prefix: 'hangs' })
    const lost = once(client, 'error')
    server.process.kill('SIGSTOP')
    await limits.take({ principal: 'ada', model: 'a', tokens: 1 })
    expect(String(await lost)).toContain('Socket timeout')
    await expect(store.add('n', 1)).rejects.toMatchObject({ code: 'network', retryable: true })
    const back = once(client, 'ready')
    server.process.kill('SIGCONT')
    await back
    expect(await store.add('n', 1)).toBe(1)
    await impatient.close()
  })

  it('lets a program end that never closes it, but not before its answers are there', async () => {
    const program = `
      import { createRateLimits, createRedisKeyValue } from '@rt/inference/router'
      import { connectRedis } from ${JSON.stringify(new URL('connect-redis.ts', import.meta.url).href)}
      const { client: redis } = await connectRedis(${JSON.stringify(`unix://:s3cret@${server.socket}`)})
      await createRateLimits({ requestsPerMinute: 9, redis }).take({ principal: 'ada', model: 'a', tokens: 1 })
      console.log(await createRedisKeyValue({ redis }).add('of a program that ends', 1))`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@rt/source', '--input-type=module', '--eval', program],
      { cwd: import.meta.dirname },
    )
    expect(stdout).toBe('1\n')
  })

  it('is closed once, and for good', async () => {
    await redis.close()
    await redis.close()
    await expect(createRedisKeyValue({ redis: redis.client }).get('a')).rejects.toMatchObject({ code: 'network' })
  })
})
