import { createSecretId, systemClock, throwIfAborted, type Clock, type RunStore, type StreamPart } from '@rt/core'
import type { Database, SqlValue, Statement, Transaction } from '@rt/node/sqlite'
import {
  decidedBefore,
  noCall,
  noRun,
  notWaiting,
  otherCall,
  partsGone,
  runEnded,
  runExists,
  runTaken,
} from './run-errors.ts'
import { COLUMNS, read, type RunRow, toRecord } from './run-row.ts'

export interface RunStoreOptions {
  /** Where runs live; migrated here, closed by its owner. */
  database: Database
  /**
   * No other process writes the database (this one holds the lock of its folder), so whoever had a run before is gone.
   * Default false: what it had is free when its lease has run out.
   */
  alone?: boolean
  /** How long a run belongs to who works on it, from its last `save`. Default 60,000 ms. */
  leaseMs?: number
  /** Runs that ended longer ago are deleted when another is made. Default 30 days. */
  keepMs?: number
  /** Parts kept of one run; of more, the oldest go. Default 50,000. */
  maxParts?: number
  /** Default: the system's. */
  clock?: Clock
}

const MIGRATIONS = [
  `CREATE TABLE memory_runs (
     principal TEXT NOT NULL, id TEXT NOT NULL, thread TEXT, status TEXT NOT NULL, request TEXT NOT NULL,
     state TEXT NOT NULL, error TEXT, trace_id TEXT, parts INTEGER NOT NULL, holder TEXT, lease INTEGER NOT NULL,
     created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (principal, id)
   ) STRICT;
   CREATE INDEX memory_runs_ended ON memory_runs (updated_at) WHERE status NOT IN ('running', 'waiting');
   CREATE TABLE memory_run_parts (
     principal TEXT NOT NULL, run TEXT NOT NULL, number INTEGER NOT NULL, part TEXT NOT NULL,
     PRIMARY KEY (principal, run, number)
   ) STRICT, WITHOUT ROWID;`,
]

const DAY = 24 * 3_600_000
const ONE = 'principal = ? AND id = ?'
const OPEN = `status IN ('running', 'waiting')`

/** Runs in SQLite, found by (principal, id). A run that is worked on belongs to one store object at a time. */
export const createRunStore = async ({
  database,
  alone = false,
  leaseMs = 60_000,
  keepMs = 30 * DAY,
  maxParts = 50_000,
  clock = systemClock,
}: RunStoreOptions): Promise<RunStore> => {
  await database.migrate('memory.runs', MIGRATIONS)
  const me = createSecretId()
  const find = async (principal: string, id: string, on: Pick<Transaction, 'all'> = database): Promise<RunRow> => {
    const [row] = await on.all<RunRow>(`SELECT ${COLUMNS} FROM memory_runs WHERE ${ONE}`, [principal, id])
    if (!row) throw noRun(id)
    return row
  }

  return {
    async create(run, { signal } = {}) {
      throwIfAborted(signal)
      const { id, principal, thread = null, status, request, state, error, traceId = null } = run
      const now = clock.now()
      const running = status === 'running'
      const { changes } = await database.write([
        ...sweep(now - keepMs),
        {
          sql: `INSERT INTO memory_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          params: [
            principal,
            id,
            thread,
            status,
            JSON.stringify(request),
            JSON.stringify(state),
            error ? JSON.stringify(error) : null,
            traceId,
            running ? me : null,
            running ? now + leaseMs : 0,
            now,
            now,
          ],
        },
      ])
      if (changes.at(-1) !== 1) throw runExists(id)
    },

    async save(principal, id, { status, state, error, traceId, parts = [] }, { signal } = {}) {
      throwIfAborted(signal)
      const now = clock.now()
      const goesOn = status === undefined || status === 'running'
      const mine = `${ONE} AND ${OPEN} AND holder = ?`
      const { changes } = await database.write([
        ...(parts.length ? [insertParts(parts, mine, [principal, id, me])] : []),
        {
          sql: `UPDATE memory_runs SET status = coalesce(?, status), state = coalesce(?, state), error = ?,
            trace_id = coalesce(?, trace_id), parts = parts + ?, holder = iif(? AND status = 'running', holder, NULL), lease = ?, updated_at = ?
            WHERE ${mine}`,
          params: [
            status ?? null,
            state ? JSON.stringify(state) : null,
            error ? JSON.stringify(error) : null,
            traceId ?? null,
            parts.length,
            goesOn ? 1 : 0,
            goesOn ? now + leaseMs : 0,
            now,
            principal,
            id,
            me,
          ],
        },
        ...(parts.length ? [dropOldest(principal, id, maxParts)] : []),
      ])
      if (changes[parts.length ? 1 : 0] === 1) return
      const row = await find(principal, id)
      throw isOpen(row) ? runTaken(id) : runEnded(id, row.status)
    },

    async get(principal, id, { signal } = {}) {
      throwIfAborted(signal)
      const row = await database.get<RunRow>(`SELECT ${COLUMNS} FROM memory_runs WHERE ${ONE}`, [principal, id])
      return row && toRecord(row)
    },

    async list(principal, { status = null, thread = null, limit = 100, signal } = {}) {
      throwIfAborted(signal)
      const rows = await database.all<RunRow>(
        `SELECT ${COLUMNS} FROM memory_runs WHERE principal = ? AND (? IS NULL OR status = ?) AND (? IS NULL OR thread = ?)
         ORDER BY created_at DESC, rowid DESC LIMIT ?`,
        [principal, status, status, thread, thread, limit],
      )
      return rows.map(toRecord)
    },

    async parts(principal, id, after, { signal } = {}) {
      throwIfAborted(signal)
      const rows = await database.all<{ number: number; part: string }>(
        `SELECT number, part FROM memory_run_parts WHERE principal = ? AND run = ? AND number > ? ORDER BY number LIMIT 1000`,
        [principal, id, after],
      )
      const first = rows[0]?.number ?? after + 1
      if (first > after + 1) throw partsGone(id, first - 1)
      return rows.map(({ part }) => read<StreamPart>(id, part))
    },

    async decide(principal, id, { call, hash, approved, reason }, { signal } = {}) {
      throwIfAborted(signal)
      return database.transaction(async (transaction) => {
        const row = await find(principal, id, transaction)
        if (row.status !== 'waiting') throw isOpen(row) ? notWaiting(id, row.status) : runEnded(id, row.status)
        const record = toRecord(row)
        const { pending } = record.state
        const found = pending.find((one) => one.id === call)
        const waiting = pending.flatMap((one) => (one.reason !== undefined && !one.decision ? [one.id] : []))
        if (!found) throw noCall(id, call, waiting)
        if (found.hash !== hash) throw otherCall(id, call)
        if (found.decision) throw decidedBefore(id, call, found.decision.approved)
        found.decision = { approved, ...(reason !== undefined && { reason }) }
        record.updatedAt = clock.now()
        await transaction.run({
          sql: `UPDATE memory_runs SET state = ?, updated_at = ? WHERE ${ONE}`,
          params: [JSON.stringify(record.state), record.updatedAt, principal, id],
        })
        return record
      })
    },

    async cancel(principal, id, { signal } = {}) {
      throwIfAborted(signal)
      const { changes } = await database.write({
        sql: `UPDATE memory_runs SET status = 'cancelled', holder = NULL, lease = 0, updated_at = ? WHERE ${ONE} AND ${OPEN}`,
        params: [clock.now(), principal, id],
      })
      if (changes[0] === 1) return true
      await find(principal, id)
      return false
    },

    async claim(principal, id, { signal } = {}) {
      throwIfAborted(signal)
      return database.transaction(async (transaction) => {
        const row = await find(principal, id, transaction)
        if (!isOpen(row)) throw runEnded(id, row.status)
        const now = clock.now()
        const taken = await transaction.run({
          sql: `UPDATE memory_runs SET status = 'running', holder = ?, lease = ?, updated_at = ? WHERE ${ONE}
            AND (status = 'waiting' OR (status = 'running' AND (lease <= ? OR (? AND holder IS NOT ?))))`,
          params: [me, now + leaseMs, now, principal, id, now, alone ? 1 : 0, me],
        })
        return taken === 1 ? { ...toRecord(row), status: 'running', updatedAt: now } : undefined
      })
    },

    async delete(principal, id, { signal } = {}) {
      throwIfAborted(signal)
      const { changes } = await database.write([
        { sql: `DELETE FROM memory_run_parts WHERE principal = ? AND run = ?`, params: [principal, id] },
        { sql: `DELETE FROM memory_runs WHERE ${ONE}`, params: [principal, id] },
      ])
      return changes[1] === 1
    },
  }
}

const isOpen = ({ status }: RunRow): boolean => status === 'running' || status === 'waiting'

/** Before the row is changed: numbers go on from its own count. */
const insertParts = (parts: StreamPart[], where: string, params: SqlValue[]): Statement => ({
  sql: `INSERT INTO memory_run_parts SELECT principal, id, parts + ?, ? FROM memory_runs WHERE ${where}`,
  each: parts.map((part, index) => [index + 1, JSON.stringify(part), ...params]),
})

const dropOldest = (principal: string, id: string, most: number): Statement => ({
  sql: `DELETE FROM memory_run_parts WHERE principal = ? AND run = ?
    AND number <= (SELECT parts FROM memory_runs WHERE ${ONE}) - ?`,
  params: [principal, id, principal, id, most],
})

const sweep = (before: number): Statement[] => {
  const old = `status NOT IN ('running', 'waiting') AND updated_at < ?`
  return [
    {
      sql: `DELETE FROM memory_run_parts WHERE (principal, run) IN (SELECT principal, id FROM memory_runs WHERE ${old})`,
      params: [before],
    },
    { sql: `DELETE FROM memory_runs WHERE ${old}`, params: [before] },
  ]
}
