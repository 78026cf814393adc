import {
  type JsonValue,
  RtError,
  type SerializedRtError,
  type StepStore,
  systemClock,
  throwIfAborted,
  type Clock,
  type WorkflowRecord,
  type WorkflowStatus,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'

export interface StepStoreOptions {
  /** Where workflows live; migrated here, closed by its owner. */
  database: Database
  /** How long ago one ended that is deleted when another begins. Default 30 days. */
  keepMs?: number
  /** Default: the system's. */
  clock?: Clock
}

const MIGRATIONS = [
  `CREATE TABLE memory_workflows (
     principal TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
     result TEXT, error TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (principal, id)
   ) STRICT;
   CREATE TABLE memory_workflow_steps (
     principal TEXT NOT NULL, workflow TEXT NOT NULL, name TEXT NOT NULL, result TEXT NOT NULL,
     PRIMARY KEY (principal, workflow, name)
   ) STRICT, WITHOUT ROWID;`,
]

const DAY = 24 * 3_600_000
const ONE = 'principal = ? AND id = ?'
const COLUMNS = 'id, principal, name, status, input, result, error'

interface Row {
  id: string
  principal: string
  name: string
  status: WorkflowStatus
  input: string
  result: string | null
  error: string | null
}

/** Workflows in SQLite, found by (principal, id). */
export const createStepStore = async ({
  database,
  keepMs = 30 * DAY,
  clock = systemClock,
}: StepStoreOptions): Promise<StepStore> => {
  await database.migrate('memory.workflows', MIGRATIONS)

  return {
    async open({ id, principal, name, input }, { signal } = {}) {
      throwIfAborted(signal)
      const now = clock.now()
      return database.transaction(async (tx) => {
        for (const sql of SWEEP) await tx.run({ sql, params: [now - keepMs] })
        await tx.run({
          sql: `INSERT INTO memory_workflows VALUES (?, ?, ?, 'running', ?, NULL, NULL, ?, ?)
                ON CONFLICT (principal, id) DO UPDATE SET status = 'running', error = NULL, updated_at = excluded.updated_at
                WHERE status = 'failed'`,
          params: [principal, id, name, JSON.stringify(input), now, now],
        })
        const [row] = await tx.all<Row>(`SELECT ${COLUMNS} FROM memory_workflows WHERE ${ONE}`, [principal, id])
        const steps = await tx.all<{ name: string; result: string }>(
          'SELECT name, result FROM memory_workflow_steps WHERE principal = ? AND workflow = ?',
          [principal, id],
        )
        const results = steps.map((step) => [step.name, read(id, step.result)] as const)
        return { ...toRecord(row!), steps: Object.fromEntries(results) }
      })
    },
    async step(principal, id, name, result) {
      await database.write([
        {
          sql: 'INSERT OR REPLACE INTO memory_workflow_steps VALUES (?, ?, ?, ?)',
          params: [principal, id, name, JSON.stringify(result)],
        },
        { sql: `UPDATE memory_workflows SET updated_at = ? WHERE ${ONE}`, params: [clock.now(), principal, id] },
      ])
    },
    async end(principal, id, end) {
      const failed = 'error' in end
      await database.write({
        sql: `UPDATE memory_workflows SET status = ?, result = ?, error = ?, updated_at = ? WHERE ${ONE}`,
        params: [
          failed ? 'failed' : 'finished',
          failed ? null : JSON.stringify(end.result),
          failed ? JSON.stringify(end.error) : null,
          clock.now(),
          principal,
          id,
        ],
      })
    },
    async list(principal, { limit = 100, signal } = {}) {
      throwIfAborted(signal)
      const rows = await database.all<Row>(
        `SELECT ${COLUMNS} FROM memory_workflows WHERE principal = ? ORDER BY created_at DESC, rowid DESC LIMIT ?`,
        [principal, limit],
      )
      return rows.map(toRecord)
    },
    async delete(principal, id) {
      const { changes } = await database.write([
        { sql: `DELETE FROM memory_workflows WHERE ${ONE}`, params: [principal, id] },
        { sql: 'DELETE FROM memory_workflow_steps WHERE principal = ? AND workflow = ?', params: [principal, id] },
      ])
      return changes[0]! > 0
    },
  }
}

/** Those that finished long ago. One that failed may be gone on with for as long. */
const SWEEP = [
  `DELETE FROM memory_workflow_steps WHERE (principal, workflow) IN
     (SELECT principal, id FROM memory_workflows WHERE status <> 'running' AND updated_at < ?)`,
  `DELETE FROM memory_workflows WHERE status <> 'running' AND updated_at < ?`,
]

const toRecord = ({ result, error, input, ...row }: Row): Omit<WorkflowRecord, 'steps'> => ({
  ...row,
  input: read(row.id, input),
  ...(result !== null && { result: read(row.id, result) }),
  ...(error !== null && { error: read(row.id, error) as unknown as SerializedRtError }),
})

const read = (id: string, json: string): JsonValue => {
  try {
    return JSON.parse(json) as JsonValue
  } catch (cause) {
    throw new RtError({
      code: 'database_corrupt',
      message: `workflow ${id} cannot be read back: it is not JSON.`,
      cause,
    })
  }
}
