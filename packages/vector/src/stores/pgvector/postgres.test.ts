import { describe, expect, it } from 'vitest'
import type { PostgresPool } from './index.ts'
import { createPostgres } from './postgres.ts'
import { toStoreError } from './to-rt-error.ts'

const sqlState = (code: string, message = 'refused'): Error => Object.assign(new Error(message), { code })

/** A pool whose connections answer by `answer` and write down what happened. */
const createPool = (answer: (text: string) => Promise<unknown[]>): { pool: PostgresPool; log: string[] } => {
  const log: string[] = []
  let connections = 0
  return {
    log,
    pool: {
      async connect() {
        const processID = ++connections
        return {
          processID,
          async query(text, values) {
            log.push(values?.length ? `${text} ${JSON.stringify(values)}` : text)
            return { rows: await answer(text) }
          },
          release: (destroy) => void log.push(destroy ? `destroyed ${processID}` : `released ${processID}`),
        }
      },
    },
  }
}

describe('a transaction', () => {
  it('is committed, and the connection goes back', async () => {
    const { pool, log } = createPool(async () => [{ n: 1 }])
    expect(await createPostgres(pool).write((sql) => sql.all('SELECT 1'))).toEqual([{ n: 1 }])
    expect(log).toEqual(['BEGIN', 'SELECT 1', 'COMMIT', 'released 1'])
  })

  it('is rolled back when something in it fails', async () => {
    const { pool, log } = createPool(async (text) => {
      if (text === 'INSERT') throw sqlState('53100', 'could not extend file')
      return []
    })
    await expect(createPostgres(pool).write((sql) => sql.all('INSERT'))).rejects.toMatchObject({ code: 'disk_full' })
    expect(log).toEqual(['BEGIN', 'INSERT', 'ROLLBACK', 'released 1'])
  })

  it('is tried anew after a deadlock, and given up after some', async () => {
    let deadlocks = 1
    const { pool, log } = createPool(async (text) => {
      if (text === 'UPDATE' && deadlocks-- > 0) throw sqlState('40P01', 'deadlock detected')
      return []
    })
    await createPostgres(pool).write((sql) => sql.all('UPDATE'))
    expect(log.filter((entry) => entry === 'UPDATE')).toHaveLength(2)
    deadlocks = Infinity
    await expect(createPostgres(pool).write((sql) => sql.all('UPDATE'))).rejects.toMatchObject({
      code: 'conflict',
      retryable: true,
    })
  })

  it('throws away a connection that was lost', async () => {
    const { pool, log } = createPool(async (text) => {
      if (text !== 'BEGIN') throw new Error('Connection terminated unexpectedly')
      return []
    })
    await expect(createPostgres(pool).write((sql) => sql.all('SELECT 1'))).rejects.toMatchObject({
      code: 'network',
      retryable: true,
    })
    expect(log).toEqual(['BEGIN', 'SELECT 1', 'destroyed 1'])
  })

  it('is begun anew on another connection when the first was gone already', async () => {
    let isGone = true
    const { pool, log } = createPool(async () => {
      if (!isGone) return []
      isGone = false
      throw sqlState('57P01', 'terminating connection due to administrator command')
    })
    await createPostgres(pool).write((sql) => sql.all('SELECT 1'))
    expect(log).toEqual(['BEGIN', 'destroyed 1', 'BEGIN', 'SELECT 1', 'COMMIT', 'released 2'])
  })

  it('is cancelled on the server when it is aborted, and its connection is not used again', async () => {
    const stopping = new AbortController()
    const cancelled = Promise.withResolvers<never>()
    const { pool, log } = createPool(async (text) => {
      if (text.includes('pg_cancel_backend'))
        cancelled.reject(sqlState('57014', 'canceling statement due to user request'))
      if (text === 'SLOW') return cancelled.promise
      return []
    })
    const running = createPostgres(pool).write((sql) => sql.all('SLOW'), { signal: stopping.signal })
    while (!log.includes('SLOW')) await Promise.resolve()
    stopping.abort()
    await expect(running).rejects.toMatchObject({ code: 'aborted' })
    expect(log).toContain('SELECT pg_cancel_backend($1) [1]')
    expect(log).toContain('destroyed 1')
    expect(log).not.toContain('COMMIT')
  })

  it.each(['write', 'read', 'session'] as const)(
    'of %s is not begun when it is aborted while it waits for a connection',
    async (kind) => {
      const stopping = new AbortController()
      const { pool, log } = createPool(async () => [])
      const postgres = createPostgres({
        async connect() {
          stopping.abort()
          return pool.connect()
        },
      })
      const running = postgres[kind]((sql) => sql.all('SLOW'), { signal: stopping.signal })
      await expect(running).rejects.toMatchObject({ code: 'aborted' })
      await expect.poll(() => log).toEqual(['released 1'])
    },
  )

  it('sends one statement after the other, whoever asks', async () => {
    let running = 0
    const { pool } = createPool(async () => {
      expect(++running).toBe(1)
      await Promise.resolve()
      running--
      return []
    })
    await createPostgres(pool).read((sql) => Promise.all([sql.all('A'), sql.all('B'), sql.all('C')]))
  })
})

it.each([
  [sqlState('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'), 'network', true],
  [sqlState('57P01', 'terminating connection due to administrator command'), 'network', true],
  [sqlState('57014', 'canceling statement due to statement timeout'), 'timeout', true],
  [sqlState('53300', 'too many clients already'), 'overloaded', true],
  [sqlState('28P01', 'password authentication failed for user "rt"'), 'unauthorized', false],
  [sqlState('3D000', 'database "x" does not exist'), 'config_invalid', false],
  [sqlState('42501', 'permission denied for schema'), 'forbidden', false],
  [sqlState('25006', 'cannot execute INSERT in a read-only transaction'), 'read_only', false],
  [sqlState('XX001', 'invalid page in block 0'), 'database_corrupt', false],
  [sqlState('42P01', 'relation does not exist'), 'database_error', false],
])('%s is %s', (error, code, retryable) => {
  expect(toStoreError(error)).toMatchObject({ code, retryable })
})
