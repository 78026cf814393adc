import {
  abortable,
  type CallOptions,
  RtError,
  throwIfAborted,
  type VectorCollection,
  type VectorRecord,
} from '@rt/core'
import { upsertRecords } from '../../driver-kit/upsert-records.ts'
import { checkDeletion, checkScroll, checkUpdates } from '../../driver-kit/check-changes.ts'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { checkRecords } from '../../driver-kit/check-records.ts'
import { gatherCandidates, searchCollection } from '../../driver-kit/pipeline/index.ts'
import { type FilterNode, parseFilter } from '../../filter/index.ts'
import { createCandidateSource } from './candidate-source.ts'
import { deleteRecords, sweepRecords, updateRecords } from './change-records.ts'
import { type CollectionRow, readRow } from './collection-row.ts'
import { describeCollections } from './describe-collections.ts'
import { createFields } from './fields.ts'
import { createGraph } from './graph.ts'
import type { Layout } from './layout.ts'
import type { Postgres, Sql } from './postgres.ts'
import { countRecords, fetchRecords, scrollRecords, toRecord } from './read-records.ts'
import type { Where } from './where.ts'
import { writeRecords } from './write-records.ts'

/** Records that have ended and go with one write, at least; with a larger one twice as many as it writes. */
const SWEPT_A_WRITE = 1000

export interface OpenCollection {
  collection: VectorCollection
  /** Ends what runs in the background. */
  close(): Promise<void>
}

export const createPgvectorCollection = (
  postgres: Postgres,
  layout: Layout,
  opened: CollectionRow,
  { graphFrom, clock }: { graphFrom: number; clock: () => number },
): OpenCollection => {
  const { id, name } = opened
  const graph = createGraph(postgres, layout, opened, graphFrom)
  const fields = createFields(postgres, layout, id)
  let row = opened

  /** Dimensions and metric stay once they are set; until then another process may set them. */
  const current = async (sql: Sql): Promise<CollectionRow> => {
    if (row.dimensions === null) row = await readRow(sql, layout, id, name)
    return row
  }
  const where = (): Where => ({ layout, id, now: clock() })
  /** With the indexes there are for a filter. */
  const filtered = async (sql: Sql, filter: FilterNode | undefined): Promise<Where> => {
    if (!filter) return where()
    fields.note(filter)
    return { ...where(), indexed: await fields.indexed(sql) }
  }
  const read = <T>(work: (sql: Sql) => Promise<T>, options?: CallOptions): Promise<T> =>
    postgres.read(work, options).catch(asDropped)
  const write = <T>(work: (sql: Sql) => Promise<T>, options?: CallOptions): Promise<T> =>
    postgres.write(work, options).catch(asDropped)
  const asDropped = (error: unknown): never => {
    const isDropped = RtError.isInstance(error) && error.data?.['sqlstate'] === '42P01'
    throw isDropped ? noCollection(name) : error
  }

  const store = async (records: VectorRecord[], options: CallOptions): Promise<void> => {
    throwIfAborted(options.signal)
    const checked = await checkRecords(records, options.signal)
    if (!checked.length) return
    row = await write(async (sql) => {
      const now = clock()
      const written = await writeRecords(sql, layout, await current(sql), checked, now)
      await sweepRecords(sql, { layout, id, now }, Math.max(SWEPT_A_WRITE, 2 * checked.length))
      return written
    }, options)
    graph.written(checked.filter(({ vector }) => vector).length, row)
  }

  const collection: VectorCollection = {
    name,
    upsert: (records, options = {}) => upsertRecords(name, records, (batch) => store(batch, options), options),
    async get(ids, options = {}) {
      const found = await read((sql) => fetchRecords(sql, where(), ids, { vectors: true }), options)
      const byId = new Map(found.map((record) => [record.id, record]))
      return [...new Set(ids)].flatMap((wanted) => {
        const record = byId.get(wanted)
        return record ? [toRecord(record)] : []
      })
    },
    async update(changes, options = {}) {
      throwIfAborted(options.signal)
      const checked = await checkUpdates(changes, options.signal)
      return checked.length ? write((sql) => updateRecords(sql, where(), checked), options) : 0
    },
    async delete(which, options = {}) {
      throwIfAborted(options.signal)
      const wanted = Array.isArray(which) ? [...which] : checkDeletion(which.filter)
      if (Array.isArray(wanted) && !wanted.length) return 0
      return write(
        async (sql) => deleteRecords(sql, Array.isArray(wanted) ? where() : await filtered(sql, wanted), wanted),
        options,
      )
    },
    async count({ filter, ...options } = {}) {
      const node = parseFilter(filter)
      return read(async (sql) => countRecords(sql, await filtered(sql, node), node), options)
    },
    async scroll(options = {}) {
      const checked = checkScroll(options)
      return read(async (sql) => scrollRecords(sql, await filtered(sql, checked.filter), checked), options)
    },
    search: async (query, options = {}) =>
      abortable(
        searchCollection(
          name,
          (checked, pool, call) =>
            read(async (sql) => {
              const source = createCandidateSource(sql, await filtered(sql, checked.filter), {
                row: await current(sql),
                graph,
              })
              return gatherCandidates(source, checked, pool, call)
            }, call),
          query,
          options,
        ),
        options.signal,
      ),
    async describe() {
      const [info] = await read(async (sql) =>
        describeCollections(sql, layout, [await readRow(sql, layout, id, name)], {
          now: clock(),
          indexOf: (fresh) => graph.describe(sql, fresh),
          fieldsOf: () => fields.describe(sql),
        }),
      )
      return info!
    },
  }
  return { collection, close: async () => void (await Promise.all([graph.close(), fields.close()])) }
}
