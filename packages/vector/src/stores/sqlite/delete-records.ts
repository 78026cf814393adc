import { type CallOptions, throwIfAborted } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import type { FilterNode } from '../../filter/index.ts'
import { matchingKeys, stillMatching } from './matching-keys.ts'
import { deleteRecords } from './write-records.ts'

/** Records of one transaction: other writes get their turn between two. */
const BATCH = 1024

type Options = Pick<CallOptions, 'signal'> & { clock: () => number }

/** Answers how many there were. What is gone when it is aborted stays gone, batch by batch. */
export const deleteIds = async (
  database: Database,
  identity: { id: number; name: string },
  ids: string[],
  { signal, clock }: Options,
): Promise<number> => {
  const keys = [...new Set(ids)]
  let count = 0
  for (let i = 0; i < keys.length; i += BATCH) {
    throwIfAborted(signal)
    count += await database.transaction((tx) => deleteRecords(tx, identity, keys.slice(i, i + BATCH), clock()))
  }
  return count
}

/**
 * Like `deleteIds`. What matches is looked for on a reader, and asked again inside each transaction: a record that was
 * changed meanwhile and does not match any more stays.
 */
export const deleteMatching = async (
  database: Database,
  identity: { id: number; name: string },
  filter: FilterNode,
  { signal, clock }: Options,
): Promise<number> => {
  let count = 0
  for (let after = ''; ;) {
    throwIfAborted(signal)
    const keys = await matchingKeys(database, identity, filter, { after, limit: BATCH, now: clock() })
    throwIfAborted(signal)
    if (keys.length)
      count += await database.transaction(async (tx) => {
        const now = clock()
        return deleteRecords(tx, identity, await stillMatching(tx, identity, filter, keys, now), now)
      })
    if (keys.length < BATCH) return count
    after = keys.at(-1)!
  }
}
