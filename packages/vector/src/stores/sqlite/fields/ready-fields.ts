import type { SqlValue } from '@rt/node/sqlite'

/** Indexes a filter may use: path, as JSON, to number. */
export type ReadyFields = ReadonlyMap<string, number>

export const NO_FIELDS: ReadyFields = new Map()

/** Of one collection. Whoever does not read in one transaction asks again afterwards (`areReady`). */
export const READY_FIELDS = "SELECT id, path FROM vector_fields WHERE collection = ? AND state = 'ready'"

export const toReadyFields = (rows: { id: number; path: string }[]): ReadyFields =>
  rows.length ? new Map(rows.map(({ id, path }) => [path, id])) : NO_FIELDS

export const readReadyFields = async (
  database: { all<T>(sql: string, params: SqlValue[]): Promise<T[]> },
  collection: number,
): Promise<ReadyFields> => toReadyFields(await database.all<{ id: number; path: string }>(READY_FIELDS, [collection]))
