import { abortable, type CallOptions, throwIfAborted, type VectorCollection, type VectorRecord } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { upsertRecords } from '../../driver-kit/upsert-records.ts'
import { checkDeletion, checkScroll, checkUpdates } from '../../driver-kit/check-changes.ts'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { checkRecords } from '../../driver-kit/check-records.ts'
import { parseFilter } from '../../filter/index.ts'
import { describeIndex } from './describe-index.ts'
import { type Gather, searchCollection } from '../../driver-kit/pipeline/index.ts'
import { countRecords } from './count-records.ts'
import { deleteIds, deleteMatching } from './delete-records.ts'
import { describeCollection } from './describe-collections.ts'
import { getRecords } from './get-records.ts'
import type { Maintenance } from './maintenance.ts'
import { scrollRecords } from './scroll-records.ts'
import { type PackedCandidates, unpackCandidates } from './search/packed-candidates.ts'
import type { SearchThread } from './search/search-thread.ts'
import { sweep } from './sweep.ts'
import { updateMetadata } from './update-metadata.ts'
import { writeRecords } from './write-records.ts'

/** Ended records that one write takes along: at least as many as it brings, so that they cannot pile up. */
const SWEPT_A_WRITE = 1024

/** One collection: searched in the thread given, the rest through the database. */
export const createSqliteCollection = (
  database: Database,
  identity: { id: number; name: string },
  thread: SearchThread,
  { clock, maintenance }: { clock: () => number; maintenance: Maintenance },
): VectorCollection => {
  const gather: Gather = async (query, pool, { signal }) => {
    maintenance.note(identity.id, query.filter)
    const request = { type: 'search', collection: identity, query, pool, now: clock() } as const
    return unpackCandidates(await thread.request<PackedCandidates>(request, signal), signal)
  }
  const store = async (records: VectorRecord[], { signal }: CallOptions): Promise<void> => {
    throwIfAborted(signal)
    const checked = await checkRecords(records, signal)
    if (!checked.length) return
    await database.transaction(async (tx) => {
      throwIfAborted(signal)
      const now = clock()
      await writeRecords(tx, identity, checked, now)
      await sweep(tx, identity, now, SWEPT_A_WRITE)
      // The last moment at which giving up leaves nothing behind.
      throwIfAborted(signal)
    })
  }

  return {
    name: identity.name,
    upsert: (records, options = {}) => upsertRecords(identity.name, records, (batch) => store(batch, options), options),
    async get(ids, options = {}) {
      throwIfAborted(options.signal)
      return abortable(getRecords(database, identity, ids, { ...options, now: clock() }), options.signal)
    },
    async update(changes, { signal } = {}) {
      throwIfAborted(signal)
      const checked = await checkUpdates(changes, signal)
      if (!checked.length) return 0
      return database.transaction(async (tx) => {
        throwIfAborted(signal)
        const count = await updateMetadata(tx, identity, checked, clock())
        throwIfAborted(signal)
        return count
      })
    },
    delete: async (which, { signal } = {}) =>
      Array.isArray(which)
        ? deleteIds(database, identity, which, { signal, clock })
        : deleteMatching(database, identity, checkDeletion(which.filter), { signal, clock }),
    async count({ filter, signal } = {}) {
      throwIfAborted(signal)
      const node = parseFilter(filter)
      maintenance.note(identity.id, node)
      return abortable(countRecords(database, identity, node, clock()), signal)
    },
    async scroll(options = {}) {
      throwIfAborted(options.signal)
      const checked = { ...checkScroll(options), now: clock(), signal: options.signal }
      maintenance.note(identity.id, checked.filter)
      return abortable(scrollRecords(database, identity, checked), options.signal)
    },
    search: (query, options) => searchCollection(identity.name, gather, query, options),
    async describe() {
      const info = await describeCollection(database, identity.id, clock(), () => describeIndex(thread, identity))
      if (!info) throw noCollection(identity.name)
      return info
    },
  }
}
