import { abortable, throwIfAborted, type VectorCollection, withSpan } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { checkRecords } from '../../driver-kit/check-records.ts'
import { createIndexCache } from '../../driver-kit/index-cache.ts'
import { searchCollection } from '../../driver-kit/search.ts'
import type { VectorIndex } from '../../driver-kit/types.ts'
import { type CollectionRow, noCollection, stampOf } from './collection-row.ts'
import { createRecordReader } from './read-records.ts'
import { deleteRecords, writeRecords } from './write-records.ts'

/** One collection, with an index of its own that is read on the first search. */
export const createSqliteCollection = (
  database: Database,
  identity: { id: number; name: string },
  index: VectorIndex,
): VectorCollection => {
  const reader = createRecordReader(database, identity)
  const cache = createIndexCache(reader, index)
  return {
    name: identity.name,
    async upsert(records, { signal, span } = {}) {
      throwIfAborted(signal)
      const attributes = { 'rt.vector.collection': identity.name, 'rt.vector.records': records.length }
      await withSpan(span, 'vector.upsert', attributes, async () => {
        const checked = await checkRecords(records, signal)
        if (!checked.length) return
        await database.transaction(async (tx) => {
          throwIfAborted(signal)
          await writeRecords(tx, identity, checked)
          // The last moment at which giving up leaves nothing behind.
          throwIfAborted(signal)
        })
      })
    },
    async get(ids, options = {}) {
      throwIfAborted(options.signal)
      return abortable(reader.get(ids, options), options.signal)
    },
    async delete(ids, { signal } = {}) {
      throwIfAborted(signal)
      if (!ids.length) return 0
      return database.transaction(async (tx) => {
        throwIfAborted(signal)
        const count = await deleteRecords(tx, identity, ids)
        throwIfAborted(signal)
        return count
      })
    },
    count: async ({ signal } = {}) => abortable(reader.count(), signal),
    search: async (query, options = {}) => abortable(searchCollection(reader, cache, query, options), options.signal),
    async describe() {
      const [row, count] = await Promise.all([
        database.get<CollectionRow>('SELECT * FROM vector_collections WHERE id = ?', [identity.id]),
        reader.count(),
      ])
      if (!row) throw noCollection(identity.name)
      const stamp = stampOf(row)
      return { name: identity.name, count, ...(stamp && { stamp }), index: cache.kind }
    },
  }
}
