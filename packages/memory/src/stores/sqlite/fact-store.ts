import { type Clock, createId, type Fact, type FactStore, RtError, systemClock, throwIfAborted } from '@rt/core'
import type { Database } from '@rt/node/sqlite'

export interface FactStoreOptions {
  /** Where facts live; migrated here, closed by its owner. */
  database: Database
  /** Default: the system's. */
  clock?: Clock
}

const MIGRATIONS = [
  `CREATE TABLE memory_facts (
     principal TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, thread TEXT, trace_id TEXT, created_at INTEGER NOT NULL,
     PRIMARY KEY (principal, id)
   ) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX memory_facts_once ON memory_facts (principal, text);`,
]
const MOST_CHARACTERS = 1000
const MOST_FACTS = 1000
const COLUMNS = 'id, text, thread, trace_id, created_at'

/**
 * Facts in SQLite, of each principal apart.
 *
 * @throws RtError `invalid_request` for a text that is empty or too long, `conflict` when there is no room for another.
 */
export const createFactStore = async ({ database, clock = systemClock }: FactStoreOptions): Promise<FactStore> => {
  await database.migrate('memory.facts', MIGRATIONS)
  return {
    async add(principal, { text: given, thread, traceId }, { signal } = {}) {
      const text = given.trim()
      if (!text || text.length > MOST_CHARACTERS)
        throw new RtError({
          code: 'invalid_request',
          message: text ? `a fact of ${text.length} characters is too long.` : 'the fact is empty.',
          hint: `Keep facts short: 1 to ${MOST_CHARACTERS} characters.`,
        })
      throwIfAborted(signal)
      return database.transaction(async (transaction) => {
        const [known] = await transaction.all<Row>(
          `SELECT ${COLUMNS} FROM memory_facts WHERE principal = ? AND text = ?`,
          [principal, text],
        )
        if (known) return toFact(known)
        const [{ count } = { count: 0 }] = await transaction.all<{ count: number }>(
          'SELECT count(*) AS count FROM memory_facts WHERE principal = ?',
          [principal],
        )
        if (count >= MOST_FACTS)
          throw new RtError({
            code: 'conflict',
            message: `${MOST_FACTS} facts are remembered, and no more fit.`,
            hint: 'Forget some.',
          })
        const row: Row = {
          id: createId(clock.now()),
          text,
          thread: thread ?? null,
          trace_id: traceId ?? null,
          created_at: clock.now(),
        }
        await transaction.run({
          sql: `INSERT INTO memory_facts (principal, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
          params: [principal, row.id, row.text, row.thread, row.trace_id, row.created_at],
        })
        return toFact(row)
      })
    },

    async list(principal, { signal } = {}) {
      throwIfAborted(signal)
      const rows = await database.all<Row>(`SELECT ${COLUMNS} FROM memory_facts WHERE principal = ? ORDER BY id DESC`, [
        principal,
      ])
      return rows.map(toFact)
    },

    async forget(principal, which, { signal } = {}) {
      throwIfAborted(signal)
      const [column, value] =
        'id' in which ? ['id', which.id] : 'thread' in which ? ['thread', which.thread] : ['trace_id', which.traceId]
      return database.transaction(async (transaction) => {
        const gone = await transaction.all(
          `DELETE FROM memory_facts WHERE principal = ? AND ${column} = ? RETURNING id`,
          [principal, value],
        )
        return gone.length
      })
    },
  }
}

type Row = {
  id: string
  text: string
  thread: string | null
  trace_id: string | null
  created_at: number
}

const toFact = ({ id, text, thread, trace_id: traceId, created_at: createdAt }: Row): Fact => ({
  id,
  text,
  ...(thread !== null && { thread }),
  ...(traceId !== null && { traceId }),
  createdAt,
})
