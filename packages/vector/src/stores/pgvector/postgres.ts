import { abortable, abortError, type CallOptions, throwIfAborted } from '@rt/core'
import type { PostgresConnection, PostgresPool } from './connection.ts'
import { isLost, stateOf, toStoreError } from './to-rt-error.ts'

/** Statements on one connection, one after the other. */
export interface Sql {
  all<Row>(text: string, values?: unknown[]): Promise<Row[]>
}

/** How a transaction ends up if another one is in its way. */
const ATTEMPTS = 4

export interface Postgres {
  /** A transaction that reads, all of it at one moment. Rejects as soon as the signal fires. */
  read<T>(work: (sql: Sql) => Promise<T>, options?: CallOptions): Promise<T>
  /** A transaction. When the signal fires before it is committed it leaves nothing behind. Deadlocks are tried anew. */
  write<T>(work: (sql: Sql) => Promise<T>, options?: CallOptions): Promise<T>
  /** A connection without a transaction, for what cannot be in one. */
  session<T>(work: (sql: Sql) => Promise<T>, options?: CallOptions): Promise<T>
}

/** Statements through a pool, with typed errors and cancelling. */
export const createPostgres = (pool: PostgresPool): Postgres => {
  const session: Postgres['session'] = async (work, { signal } = {}) => {
    throwIfAborted(signal)
    const connection = await connect(pool)
    if (signal?.aborted) {
      connection.release()
      throw abortError(signal)
    }
    let isBroken = false
    const ignore = (): void => void (isBroken = true)
    const stop = (): void => {
      // It goes: a late cancel must not meet the next one's statement.
      isBroken = true
      if (typeof connection.processID === 'number') void cancel(pool, connection.processID)
    }
    connection.on?.('error', ignore)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await work(inTurn(connection))
    } catch (cause) {
      isBroken ||= isLost(cause)
      throw signal?.aborted ? abortError(signal) : cause
    } finally {
      signal?.removeEventListener('abort', stop)
      connection.off?.('error', ignore)
      connection.release(isBroken)
    }
  }

  const transaction = async <T>(
    begin: string,
    work: (sql: Sql) => Promise<T>,
    options: CallOptions,
    isAgain = false,
  ): Promise<T> => {
    let hasBegun = false
    try {
      return await session(async (sql) => {
        await sql.all(begin)
        hasBegun = true
        try {
          const result = await work(sql)
          // The last moment at which giving up leaves nothing behind.
          throwIfAborted(options.signal)
          await sql.all('COMMIT')
          return result
        } catch (error) {
          if (!isLost(error)) await sql.all('ROLLBACK').catch(() => {})
          throw error
        }
      }, options)
    } catch (error) {
      // A connection of the pool may be gone without anybody knowing; nothing was done on it.
      if (hasBegun || isAgain || !isLost(error)) throw error
      return transaction(begin, work, options, true)
    }
  }

  return {
    session: async (work, options) => session(work, options).catch(rethrow),
    read: async (work, options = {}) =>
      abortable(
        transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work, options).catch(rethrow),
        options.signal,
      ),
    async write(work, options = {}) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transaction('BEGIN', work, options)
        } catch (error) {
          if (!stateOf(error).startsWith('40') || attempt === ATTEMPTS) return rethrow(error)
        }
      }
    },
  }
}

const rethrow = (error: unknown): never => {
  throw toStoreError(error)
}

const connect = async (pool: PostgresPool): Promise<PostgresConnection> => {
  try {
    return await pool.connect()
  } catch (cause) {
    throw toStoreError(cause)
  }
}

const cancel = async (pool: PostgresPool, processId: number): Promise<void> => {
  try {
    const connection = await pool.connect()
    await connection.query('SELECT pg_cancel_backend($1)', [processId]).then(
      () => connection.release(),
      () => connection.release(true),
    )
  } catch {
    // Then the statement runs to its end, and nobody waits for it.
  }
}

/** pg wants no second statement before the first is answered. */
const inTurn = (connection: PostgresConnection): Sql => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    all: <Row>(text: string, values?: unknown[]) => {
      const run = last.then(async () => (await connection.query(text, values)).rows as Row[])
      last = run.catch(() => {})
      return run
    },
  }
}
