import { AsyncLocalStorage } from 'node:async_hooks'
import { basename } from 'node:path'
import { abortable, disposeAll, RtError, throwIfAborted } from '@rt/core'
import { backup } from './backup.ts'
import { createReaderPool, type ReaderPool } from './reader-pool.ts'
import { createFile, requireFile } from './database-file.ts'
import { folderReadError, requireAccess } from './folder-access.ts'
import { cloneable, cloneableStatement } from './cloneable.ts'
import { startConnection, type WorkerConnection } from './worker-connection.ts'
import type { Database, OpenDatabaseOptions, Statement, Transaction } from './types.ts'

/**
 * Opens (and creates, with mode 0600) a SQLite file. Does not lock the folder: that is `acquireOwner`.
 *
 * @throws RtError `not_found` when the folder, or with `readOnly` the file, is missing; `forbidden` or
 * `read_only` when it cannot be written to; `database_corrupt`.
 */
export const openDatabase = async ({
  path,
  readOnly = false,
  readers = 2,
  graceMs = 3000,
}: OpenDatabaseOptions): Promise<Database> => {
  if (!Number.isInteger(readers) || readers < 1) {
    throw new RtError({ code: 'invalid_request', message: `readers is ${readers}; it must be a whole number from 1.` })
  }
  if (readOnly) requireFile(path)
  else {
    requireAccess(path, false)
    createFile(path)
  }
  const writer = readOnly ? undefined : await startConnection({ path, readOnly: false })
  const pool = createReaderPool({ path, size: readers })
  // A read-only database has nothing else that would find out that the file cannot be opened.
  if (readOnly) await pool.warm().catch((error: unknown) => Promise.reject(folderReadError(error, path) ?? error))
  return createDatabase({ path, writer, pool, graceMs })
}

interface Opened {
  path: string
  writer: WorkerConnection | undefined
  pool: ReaderPool
  graceMs: number
}

const createDatabase = ({ path, writer, pool, graceMs }: Opened): Database => {
  const file = basename(path)
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  let queue: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined
  let written = 0
  /** Calls that have the writer or wait for it. */
  let working = 0
  /** Fires when closing has waited long enough for the work of transactions, which may wait for anything. */
  const overdue = new AbortController()
  const backups = new Set<Promise<unknown>>()
  const endBackups = new AbortController()

  const refuseClosed = (): void => {
    if (closing) throw new RtError({ code: 'database_error', message: `${file} is closed.`, hint: 'Open it again.' })
  }

  /** One at a time on the writer, in the order of the calls. */
  const exclusive = async <T>(call: string, work: (writer: WorkerConnection) => Promise<T>): Promise<T> => {
    refuseClosed()
    if (!writer) {
      throw new RtError({
        code: 'read_only',
        message: `${file} is open for reading only; ${call}() writes.`,
        hint: 'Open it without readOnly, or act through the process that owns the folder.',
      })
    }
    if (inside.getStore()?.open) {
      throw new RtError({
        code: 'invalid_request',
        message: `${call}() was called inside transaction() of ${file}, where it would wait for itself.`,
        hint: 'Use run() and all() of the transaction.',
      })
    }
    const release = writer.hold()
    working++
    const turn = queue
      .then(() => work(writer))
      .finally(() => {
        working--
        written++
        release()
      })
    queue = turn.catch(() => {})
    return turn
  }

  const transact = async <T>(on: WorkerConnection, work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    throwIfAborted(overdue.signal)
    await on.request({ type: 'begin' })
    const state = { open: true }
    const refuseOver = (): void => {
      if (!state.open) {
        throw new RtError({ code: 'invalid_request', message: `this transaction of ${file} is over.` })
      }
    }
    const transaction: Transaction = {
      async all<R>(sql: string, params: Parameters<Transaction['all']>[1] = []) {
        refuseOver()
        return (await on.request({ type: 'all', sql, params: cloneable(params) })) as R[]
      },
      async run(statement) {
        refuseOver()
        return (await on.request({ type: 'run', statement: cloneableStatement(statement) })) as number
      },
    }
    try {
      const value = await abortable(
        inside.run(state, () => work(transaction)),
        overdue.signal,
      )
      state.open = false
      await on.request({ type: 'commit' })
      return value
    } catch (error) {
      state.open = false
      // A dead thread rolls back by dying.
      await on.request({ type: 'rollback' }).catch(() => {})
      throw error
    }
  }

  const close = async (): Promise<void> => {
    const patience = setTimeout(() => overdue.abort(overdueError(file, graceMs)), graceMs)
    await queue
    clearTimeout(patience)
    // A backup reads on, and the log could not be written back while it does.
    endBackups.abort(closedError(file))
    await Promise.allSettled(backups)
    // Readers first: the writer's checkpoint then has nobody to wait for.
    await disposeAll([writer && { [Symbol.asyncDispose]: () => writer.close() }, pool])
  }

  const all: Database['all'] = async <R>(sql: string, params: Parameters<Database['all']>[1] = []) => {
    refuseClosed()
    return (await reader().request({ type: 'read', sql, params: cloneable(params) })) as R[]
  }

  /** The pool; until its first thread is there the writer, if it has nothing to do. */
  const reader = (): Pick<WorkerConnection, 'request'> => {
    if (!writer || writer.dead || working > 0 || pool.isWarm) return pool
    pool.warm().catch(() => {})
    return writer
  }

  return {
    path,
    readOnly: !writer,
    get written() {
      return written
    },
    all,
    async get<R>(sql: string, params: Parameters<Database['get']>[1] = []) {
      return (await all<R>(sql, params))[0]
    },
    write: (statements: Statement | Statement[]) =>
      exclusive('write', async (on) => {
        const list = [statements].flat().map(cloneableStatement)
        return { changes: (await on.request({ type: 'write', statements: list })) as number[] }
      }),
    transaction: (work) => exclusive('transaction', (on) => transact(on, work)),
    async migrate(namespace, migrations) {
      const operation = { type: 'migrate', namespace, migrations } as const
      refuseClosed()
      if (writer) await exclusive('migrate', (on) => on.request(operation))
      else await pool.request(operation)
    },
    async backup(target, { signal, ...options } = {}) {
      refuseClosed()
      const either = signal ? AbortSignal.any([signal, endBackups.signal]) : endBackups.signal
      const running = backup(path, target, { ...options, signal: either })
      backups.add(running)
      return running.finally(() => backups.delete(running))
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

const overdueError = (file: string, graceMs: number): RtError =>
  new RtError({
    code: 'shutting_down',
    message: `${file} was closed, and its transactions did not end within ${graceMs} ms: nothing of this one is stored.`,
    hint: 'Keep transactions short: wait for models and networks outside of them.',
    retryable: false,
  })

const closedError = (file: string): RtError =>
  new RtError({
    code: 'shutting_down',
    message: `${file} was closed before its backup was complete. Nothing of it was kept.`,
    hint: 'Wait for the backup before closing.',
    retryable: false,
  })
