import {
  abortable,
  type CallOptions,
  throwIfAborted,
  type VectorCollection,
  type VectorRecord,
  withSpan,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { batchesOf } from '../../driver-kit/batches-of.ts'
import { checkRecords } from '../../driver-kit/check-records.ts'
import { checkDeletion, checkScroll, checkUpdate } from '../../driver-kit/check-changes.ts'
import { parseFilter } from '../../filter/index.ts'
import { indexInfo } from './index-info.ts'
import { type Gather, searchCollection } from '../../driver-kit/pipeline/index.ts'
import { type CollectionRow, noCollection, stampOf } from './collection-row.ts'
import { createRecordReader } from './read-records.ts'
import { type PackedCandidate, unpackCandidates } from './search/packed-candidate.ts'
import type { SearchThread } from './search/search-thread.ts'
import { matchingKeys, updateMetadata } from './update-metadata.ts'
import { deleteRecords, writeRecords } from './write-records.ts'

/** One collection: searched in the thread given, the rest through the database. */
export const createSqliteCollection = (
  database: Database,
  identity: { id: number; name: string },
  thread: SearchThread,
): VectorCollection => {
  const reader = createRecordReader(database, identity)
  const gather: Gather = async (query, pool, { signal }) => {
    const request = { type: 'search', collection: identity, query, pool } as const
    return unpackCandidates(await thread.request<PackedCandidate[]>(request, signal), signal)
  }
  const store = async (records: VectorRecord[], { signal }: CallOptions): Promise<void> => {
    throwIfAborted(signal)
    const checked = await checkRecords(records, signal)
    if (!checked.length) return
    await database.transaction(async (tx) => {
      throwIfAborted(signal)
      await writeRecords(tx, identity, checked)
      // The last moment at which giving up leaves nothing behind.
      throwIfAborted(signal)
    })
  }

  return {
    name: identity.name,
    async upsert(records, options = {}) {
      throwIfAborted(options.signal)
      await withSpan(options.span, 'vector.upsert', { 'rt.vector.collection': identity.name }, async (span) => {
        let count = 0
        const write = async (batch: VectorRecord[]): Promise<void> => {
          count += batch.length
          await store(batch, options)
        }
        // An array is copied before anything is waited for: it is the caller's again.
        if (Array.isArray(records)) await write(records)
        else for await (const batch of batchesOf(records)) await write(batch)
        span.set({ 'rt.vector.records': count })
      })
    },
    async get(ids, options = {}) {
      throwIfAborted(options.signal)
      return abortable(reader.get(ids, options), options.signal)
    },
    async update(changes, { signal } = {}) {
      throwIfAborted(signal)
      const checked = changes.map(checkUpdate)
      if (!checked.length) return 0
      return database.transaction((tx) => updateMetadata(tx, identity, checked))
    },
    async delete(which, { signal } = {}) {
      throwIfAborted(signal)
      const filter = Array.isArray(which) ? undefined : checkDeletion(which.filter)
      if (Array.isArray(which) && !which.length) return 0
      return database.transaction(async (tx) => {
        throwIfAborted(signal)
        const keys = Array.isArray(which) ? which : await matchingKeys(tx, identity, filter!)
        const count = await deleteRecords(tx, identity, keys)
        throwIfAborted(signal)
        return count
      })
    },
    count: async ({ filter, signal } = {}) => abortable(reader.count(parseFilter(filter)), signal),
    scroll: async (options = {}) => abortable(reader.scroll(checkScroll(options)), options.signal),
    search: (query, options) => searchCollection(identity.name, gather, query, options),
    async describe() {
      const [row, count] = await Promise.all([
        database.get<CollectionRow>('SELECT * FROM vector_collections WHERE id = ?', [identity.id]),
        reader.count(undefined),
      ])
      if (!row) throw noCollection(identity.name)
      const stamp = stampOf(row)
      return { name: identity.name, count, ...(stamp && { stamp }), index: indexInfo('flat') }
    },
  }
}
