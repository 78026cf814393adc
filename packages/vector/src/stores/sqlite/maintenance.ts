import type { Database } from '@rt/node/sqlite'
import type { FilterNode } from '../../filter/index.ts'
import { createFieldUses } from './fields/field-uses.ts'
import { beginFields, stepFields, touchFields } from './fields/keep-fields.ts'
import { sweep } from './sweep.ts'

/** What ended is looked for this often; nothing finds it before either. */
const EVERY_MS = 60_000
/** What a process before did not end is taken up when this one has begun its own work. */
const FIRST_MS = 1000
/** Between two small pieces of work, so that writes get at the database. */
const REST_MS = 20
/** Records that one piece sweeps. */
const SWEPT = 512

/** Keeps a store in order while nobody waits for it. It never keeps the process alive, and ends with the store. */
export interface Maintenance extends AsyncDisposable {
  /** A filter was used: fields asked for often get an index. */
  note(collection: number, filter: FilterNode | undefined): void
  /** From now on it looks after the store by itself. */
  start(): void
  /** One small piece of work; false when there is none. */
  step(): Promise<boolean>
}

export const createMaintenance = (database: Database, clock: () => number): Maintenance => {
  const uses = createFieldUses()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> | undefined
  let closed = false

  const step = async (): Promise<boolean> => {
    const now = clock()
    const hot = uses.takeHot()
    if (hot.length) await beginFields(database, hot, now)
    const used = uses.takeUsed()
    if (used.length) await touchFields(database, used, now)
    return (await stepFields(database, now)) || sweepOne(database, now)
  }
  const later = (ms: number): void => {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => {
      // A failure is the business of whoever writes next: here it would reach nobody. It is tried again.
      running = step().then(
        (more) => later(more ? REST_MS : EVERY_MS),
        () => later(EVERY_MS),
      )
    }, ms).unref()
  }

  return {
    step,
    note(collection, filter) {
      if (filter && !database.readOnly && uses.note(collection, filter, clock())) later(REST_MS)
    },
    start() {
      if (!timer && !database.readOnly) later(FIRST_MS)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}

const sweepOne = async (database: Database, now: number): Promise<boolean> => {
  const found = await database.get<{ id: number; name: string }>(
    `SELECT id, name FROM vector_collections c
     WHERE EXISTS (SELECT 1 FROM vector_records WHERE collection = c.id AND expires <= ?) LIMIT 1`,
    [now],
  )
  if (!found) return false
  await database.transaction((tx) => sweep(tx, found, now, SWEPT))
  return true
}
