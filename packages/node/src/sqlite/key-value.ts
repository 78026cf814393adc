import { type Clock, type JsonValue, type KeyValue, RtError, systemClock, throwIfAborted } from '@rt/core'
import type { Database, Statement } from './types.ts'

export interface SqliteKeyValueOptions {
  /** Where values live; migrated here, closed by its owner. */
  database: Database
  /** Small letters, digits and `_`; several tables keep apart what must not see each other. Default `key_values`. */
  table?: string
  /** Default: the system's. */
  clock?: Clock
}

const NAME = /^[a-z][a-z0-9_]{0,47}$/
/** Expired rows each write removes: more than it adds, so that they get fewer, and never so many that it takes long. */
const SWEEP = 16

/**
 * A KeyValue in a SQLite file: what it gave a sum of is durable. Times are those of the wall clock, since they outlive the
 * process.
 *
 * @throws RtError `invalid_request` for a table of another name.
 */
export const createSqliteKeyValue = async ({
  database,
  table = 'key_values',
  clock = systemClock,
}: SqliteKeyValueOptions): Promise<KeyValue> => {
  if (!NAME.test(table)) throw wrongName(table)
  await database.migrate(`node.${table}`, migrations(table))
  const sql = statements(table)
  const expiry = (ttlMs: number | undefined): number | null => (ttlMs === undefined ? null : clock.now() + ttlMs)
  const sweep = (): Statement => ({ sql: sql.sweep, params: [clock.now()] })

  return {
    async get(key, { signal } = {}) {
      throwIfAborted(signal)
      const row = await database.get<Row>(sql.get, [key, clock.now()])
      return row && (row.number ?? (JSON.parse(row.json ?? 'null') as JsonValue))
    },
    async set(key, value, ttlMs, { signal } = {}) {
      throwIfAborted(signal)
      const number = typeof value === 'number' ? value : null
      const params = [key, number, number === null ? JSON.stringify(value) : null, expiry(ttlMs)]
      await database.write([{ sql: sql.set, params }, sweep()])
    },
    async delete(key, { signal } = {}) {
      throwIfAborted(signal)
      await database.write({ sql: sql.delete, params: [key] })
    },
    async add(key, amount, ttlMs, { signal } = {}) {
      throwIfAborted(signal)
      const now = clock.now()
      return database.transaction(async (transaction) => {
        const [row] = await transaction.all<{ number: number }>(sql.add, [key, amount, expiry(ttlMs), now, now])
        await transaction.run(sweep())
        return row!.number
      })
    },
  }
}

/** One of both. */
interface Row {
  number: number | null
  json: string | null
}

/** Numbers have a column of their own: SQLite adds to them as we do, and rounds none on its way through text. */
const migrations = (table: string): string[] => [
  `CREATE TABLE ${table} (key TEXT PRIMARY KEY, number REAL, json TEXT, expires_at REAL) STRICT;
   CREATE INDEX ${table}_expiring ON ${table} (expires_at) WHERE expires_at IS NOT NULL;`,
]

const statements = (table: string): Record<'get' | 'set' | 'delete' | 'add' | 'sweep', string> => ({
  get: `SELECT number, json FROM ${table} WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)`,
  set: `INSERT INTO ${table} (key, number, json, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
    SET number = excluded.number, json = excluded.json, expires_at = excluded.expires_at`,
  delete: `DELETE FROM ${table} WHERE key = ?`,
  add: `INSERT INTO ${table} (key, number, expires_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
    SET number = iif(expires_at <= ?, 0, coalesce(number, 0)) + excluded.number, json = NULL,
      expires_at = iif(expires_at <= ?, excluded.expires_at, expires_at)
    RETURNING number`,
  sweep: `DELETE FROM ${table} WHERE key IN
    (SELECT key FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP})`,
})

const wrongName = (table: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `a table cannot be called ${JSON.stringify(table.slice(0, 80))}.`,
    hint: 'Use 1 to 48 small letters, digits and "_", a letter first.',
  })
