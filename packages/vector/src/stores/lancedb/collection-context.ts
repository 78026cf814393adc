import type { Table } from '@lancedb/lancedb'
import type { Transaction } from '@rt/node/sqlite'
import { type Catalog, readById } from './catalog.ts'
import type { CatalogRow } from './catalog-row.ts'
import { type Dataset, hasColumn } from './dataset.ts'
import { lanceError } from './lance-error.ts'
import type { Libraries } from './load-lancedb.ts'

/** What all parts of one collection work with. */
export interface CollectionContext {
  readonly id: number
  readonly name: string
  readonly libraries: Libraries
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** @throws RtError `not_found` when it was dropped, here or by another process. */
  row(): Promise<CatalogRow>
  aliases(): Promise<string[]>
  table(): Promise<Table>
  /** Whether any record has ever had a vector: there is a column for them then. */
  hasVectors(): Promise<boolean>
  /** As the only writer; see `Catalog.locked`. */
  locked<T>(work: (writing: { tx: Transaction; row: CatalogRow; table: Table }) => Promise<T>): Promise<T>
  /** Runs work and says in rt's words what LanceDB throws; `not_found` when the collection is gone. */
  attempt<T>(work: () => Promise<T>): Promise<T>
}

export const createContext = (
  { id, name }: { id: number; name: string },
  {
    libraries,
    catalog,
    dataset,
    clock,
  }: { libraries: Libraries; catalog: Catalog; dataset: Dataset; clock: () => number },
): CollectionContext => {
  let hasVectors = false
  const row = (): Promise<CatalogRow> => catalog.read({ id, name })
  return {
    id,
    name,
    libraries,
    clock,
    row,
    aliases: () => catalog.aliases(id),
    table: () => dataset.table(),
    async hasVectors() {
      hasVectors ||= hasColumn(await (await dataset.table()).schema(), 'vector')
      return hasVectors
    },
    locked: (work) =>
      catalog.locked(async (tx) => work({ tx, row: await readById(tx, { id, name }), table: await dataset.table() })),
    async attempt(work) {
      try {
        return await work()
      } catch (error) {
        // A dataset that went while it was read gives errors of all kinds.
        await row()
        throw lanceError(error, name)
      }
    },
  }
}
