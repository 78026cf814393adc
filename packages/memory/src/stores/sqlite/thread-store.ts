import {
  createId,
  RtError,
  systemClock,
  throwIfAborted,
  withSpan,
  type Clock,
  type Message,
  type PrivacyLabel,
  type ThreadInfo,
  type ThreadStore,
} from '@rt/core'
import type { Database, Transaction } from '@rt/node/sqlite'
import { decodeParts, encodeParts } from './encode-parts.ts'
import { checkThreadId } from './thread-id.ts'

export interface ThreadStoreOptions {
  /** Where threads live; migrated here, closed by its owner. */
  database: Database
  /** Default: the system's. */
  clock?: Clock
}

const MIGRATIONS = [
  `CREATE TABLE memory_threads (
     principal TEXT NOT NULL, id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
     PRIMARY KEY (principal, id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE memory_messages (
     row_id TEXT NOT NULL PRIMARY KEY, principal TEXT NOT NULL, thread TEXT NOT NULL, message_id TEXT NOT NULL,
     v INTEGER NOT NULL, role TEXT NOT NULL, parts TEXT NOT NULL, trace_id TEXT
   ) STRICT;
   CREATE INDEX memory_messages_order ON memory_messages (principal, thread, row_id);
   CREATE UNIQUE INDEX memory_messages_once ON memory_messages (principal, thread, message_id);`,
  `ALTER TABLE memory_messages ADD COLUMN label TEXT;`,
  // What earlier versions wrote may be of others as well: nobody noted it.
  `ALTER TABLE memory_messages ADD COLUMN untrusted INTEGER;
   UPDATE memory_messages SET untrusted = 1 WHERE role = 'tool' OR parts LIKE '%"type":"citation"%';`,
]

/**
 * Threads in SQLite, found by (principal, id). Rows carry a ULID of their own for order.
 *
 * @throws RtError `invalid_request` for a bad thread id, `conflict` when a message is in the thread already.
 */
export const createThreadStore = async ({
  database,
  clock = systemClock,
}: ThreadStoreOptions): Promise<ThreadStore> => {
  await database.migrate('memory.threads', MIGRATIONS)
  return {
    async append(principal, id, messages, { traceId } = {}, { signal, span } = {}) {
      const thread = checkThreadId(id)
      const rows = messages.map(
        ({ id: messageId, v, role, parts, label, untrusted }) =>
          [messageId, v, role, encodeParts(parts), traceId ?? null, label ?? null, untrusted ? 1 : null] as const,
      )
      throwIfAborted(signal)
      await withSpan(span, 'memory.commit', { 'rt.memory.messages': messages.length }, () =>
        database.transaction(async (transaction) => {
          const now = clock.now()
          await refuseTwice(transaction, principal, thread, messages)
          const after = await lastTime(transaction)
          await transaction.run({
            sql: `INSERT INTO memory_threads VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET updated_at = max(created_at, excluded.updated_at)`,
            params: [principal, thread, now, now],
          })
          if (rows.length)
            await transaction.run({
              sql: `INSERT INTO memory_messages (row_id, principal, thread, message_id, v, role, parts, trace_id, label, untrusted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
              each: rows.map((row) => [createId(Math.max(now, after + 1)), principal, thread, ...row]),
            })
        }),
      )
    },

    async messages(principal, id, { signal } = {}) {
      const thread = checkThreadId(id)
      throwIfAborted(signal)
      const rows = await database.all<MessageRow>(
        `SELECT message_id, role, parts, label, untrusted FROM memory_messages WHERE principal = ? AND thread = ? ORDER BY row_id`,
        [principal, thread],
      )
      return rows.map(({ message_id: messageId, role, parts, label, untrusted }): Message => ({
        v: 1,
        id: messageId,
        role: role as Message['role'],
        parts: decodeParts(parts, messageId),
        ...(label && { label }),
        ...(untrusted && { untrusted: true }),
      }))
    },

    async list(principal, { signal } = {}) {
      throwIfAborted(signal)
      return await database.all<ThreadInfo>(
        `SELECT id, created_at AS createdAt, updated_at AS updatedAt,
           (SELECT count(*) FROM memory_messages m WHERE m.principal = t.principal AND m.thread = t.id) AS messages
         FROM memory_threads t WHERE principal = ?
         ORDER BY (SELECT max(row_id) FROM memory_messages m WHERE m.principal = t.principal AND m.thread = t.id) DESC,
           updated_at DESC, id`,
        [principal],
      )
    },

    async delete(principal, id, { signal } = {}) {
      const thread = checkThreadId(id)
      throwIfAborted(signal)
      const { changes } = await database.write([
        { sql: `DELETE FROM memory_messages WHERE principal = ? AND thread = ?`, params: [principal, thread] },
        { sql: `DELETE FROM memory_threads WHERE principal = ? AND id = ?`, params: [principal, thread] },
      ])
      return changes[1] === 1
    },
  }
}

interface MessageRow {
  message_id: string
  role: string
  parts: string
  label: PrivacyLabel | null
  untrusted: number | null
}

const refuseTwice = async (
  transaction: Transaction,
  principal: string,
  thread: string,
  messages: Message[],
): Promise<void> => {
  const ids = JSON.stringify(messages.map(({ id }) => id))
  const [found] = await transaction.all<{ message_id: string }>(
    `SELECT message_id FROM memory_messages WHERE principal = ? AND thread = ? AND message_id IN (SELECT value FROM json_each(?)) LIMIT 1`,
    [principal, thread, ids],
  )
  const twice =
    found?.message_id ?? messages.find(({ id }, index) => messages.findIndex((other) => other.id === id) < index)?.id
  if (twice === undefined) return
  throw new RtError({
    code: 'conflict',
    message: `message ${twice} is in thread "${thread}" already; nothing was appended.`,
    hint: 'Append each message once; createMessage gives every message an id of its own.',
  })
}

/**
 * Time of the newest row. After a restart with a clock set back, new ULIDs would sort before old rows; they are made
 * from this time on instead.
 */
const lastTime = async (transaction: Transaction): Promise<number> => {
  const [row] = await transaction.all<{ last: string | null }>(`SELECT max(row_id) AS last FROM memory_messages`)
  return [...(row?.last?.slice(0, 10) ?? '')].reduce(
    (time, digit) => time * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit),
    0,
  )
}
