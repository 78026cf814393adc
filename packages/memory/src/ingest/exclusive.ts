import { abortable } from '@rt/core'
import type { Database } from '@rt/node/sqlite'

const running = new WeakMap<Database, Map<string, Promise<unknown>>>()

/**
 * One at a time for a collection's documents, whoever asks: two runs over one folder at once would each write what the
 * other deletes. Other processes do not come into it: a data folder has one owner.
 */
export const exclusive = <T>(
  database: Database,
  collection: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> => {
  const waiting = running.get(database) ?? new Map<string, Promise<unknown>>()
  running.set(database, waiting)
  const before = waiting.get(collection) ?? Promise.resolve()
  const turn = abortable(before, signal).then(work)
  // Who gave up waiting must not let the next one in early. What they came to is not kept.
  const over = Promise.allSettled([before, turn]).then(() => {
    if (waiting.get(collection) === over) waiting.delete(collection)
  })
  waiting.set(collection, over)
  return turn
}
