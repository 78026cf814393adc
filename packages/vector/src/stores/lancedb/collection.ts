import { abortable, type CallOptions, throwIfAborted, type VectorCollection, type VectorRecord } from '@rt/core'
import { upsertRecords } from '../../driver-kit/upsert-records.ts'
import { checkDeletion, checkScroll, checkUpdates } from '../../driver-kit/check-changes.ts'
import { type CheckedRecord, checkRecords, checkShape, recordName } from '../../driver-kit/check-records.ts'
import { gatherCandidates, searchCollection } from '../../driver-kit/pipeline/index.ts'
import { parseFilter } from '../../filter/index.ts'
import { fixDimensions, markExpiring } from './catalog.ts'
import { type CatalogRow, optionsOf } from './catalog-row.ts'
import type { CollectionContext } from './collection-context.ts'
import { ensureVectors } from './dataset.ts'
import { describeCollection } from './describe.ts'
import { conditionOf, createLanceSource, notEnded } from './lance-source.ts'
import type { Maintenance } from './maintenance.ts'
import { readRecords, scrollRecords } from './read-records.ts'
import { allOf, idIsOneOf } from './sql-text.ts'
import { toRows } from './to-rows.ts'
import { updateMetadata } from './update-metadata.ts'
import { deleteRows, writeRows } from './write-rows.ts'

/** Ids deleted in one commit. */
const IDS_A_DELETE = 10_000

export const createLanceCollection = (context: CollectionContext, maintenance: Maintenance): VectorCollection => {
  const { name } = context
  const source = createLanceSource(context)

  const store = async (records: VectorRecord[], { signal }: CallOptions): Promise<void> => {
    const checked = await checkRecords(records, signal)
    if (!checked.length) return
    const row = await shapeFor(checked)
    const { tokenizer, ttl } = optionsOf(row)
    const ends = ttl === undefined ? null : context.clock() + ttl
    const rows = await toRows(checked, { tokenizer, ends }, signal)
    // Said before any record is there that ends: another process may read it at once.
    if (!row.expiring && rows.some(({ expires }) => expires !== null))
      await context.locked(({ tx }) => markExpiring(tx, context.id))
    throwIfAborted(signal)
    await context.locked(async ({ table, row: { dimensions } }) => {
      // The last moment at which giving up leaves nothing behind.
      throwIfAborted(signal)
      if (dimensions !== null) await ensureVectors(table, dimensions)
      await writeRows(context.libraries, table, rows, dimensions ?? undefined)
    })
    maintenance.wrote()
  }

  /** The collection, its dimensions fixed by the first vector at the latest, and the vectors checked against it. */
  const shapeFor = async (records: CheckedRecord[]): Promise<CatalogRow> => {
    const row = await context.row()
    const first = records.find(({ vector }) => vector)?.vector
    const dimensions = row.dimensions ?? first?.length
    const metric = row.metric ?? 'cosine'
    for (const { key, vector } of records)
      if (vector) checkShape(vector, recordName(key), { name, dimensions: dimensions!, metric })
    if (row.dimensions !== null || !first) return row
    // Stored by itself, before any vector: another process may be first, and decides then.
    await context.locked(({ tx }) => fixDimensions(tx, context.id, first.length))
    return shapeFor(records)
  }

  return {
    name,
    upsert: (records, options = {}) =>
      upsertRecords(name, records, (batch) => context.attempt(() => store(batch, options)), options),
    async get(ids, { signal } = {}) {
      throwIfAborted(signal)
      return abortable(
        context.attempt(() => readRecords(context, ids, signal)),
        signal,
      )
    },
    async update(changes, { signal } = {}) {
      throwIfAborted(signal)
      const checked = await checkUpdates(changes, signal)
      if (!checked.length) return 0
      const count = await context.attempt(() => updateMetadata(context, checked))
      if (count) maintenance.wrote()
      return count
    },
    async delete(which, { signal } = {}) {
      throwIfAborted(signal)
      const filter = Array.isArray(which) ? undefined : checkDeletion(which.filter)
      const ids = Array.isArray(which) ? [...new Set(which)] : []
      if (!filter && !ids.length) return 0
      const count = await context.attempt(() =>
        context.locked(async ({ row, table }) => {
          throwIfAborted(signal)
          if (filter) return deleteRows(table, conditionOf(row, filter, context.clock())!)
          let deleted = 0
          for (let i = 0; i < ids.length; i += IDS_A_DELETE)
            deleted += await deleteRows(
              table,
              allOf(idIsOneOf(ids.slice(i, i + IDS_A_DELETE)), notEnded(row, context.clock()))!,
            )
          return deleted
        }),
      )
      if (count) maintenance.wrote()
      return count
    },
    async count({ filter, signal } = {}) {
      throwIfAborted(signal)
      const node = parseFilter(filter)
      return abortable(
        context.attempt(async () => {
          const condition = conditionOf(await context.row(), node, context.clock())
          return (await context.table()).countRows(condition)
        }),
        signal,
      )
    },
    async scroll(options = {}) {
      throwIfAborted(options.signal)
      const checked = checkScroll(options)
      return abortable(
        context.attempt(() => scrollRecords(context, checked, options.signal)),
        options.signal,
      )
    },
    async search(query, options = {}) {
      return abortable(
        searchCollection(
          name,
          (checked, pool, call) => context.attempt(() => gatherCandidates(source, checked, pool, call)),
          query,
          options,
        ),
        options.signal,
      )
    },
    describe: () => context.attempt(() => describeCollection(context, maintenance)),
  }
}
