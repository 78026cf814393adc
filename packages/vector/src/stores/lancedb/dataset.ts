import type { Connection, Table } from '@lancedb/lancedb'
import { type CatalogRow, optionsOf } from './catalog-row.ts'
import type { Libraries } from './load-lancedb.ts'
import { createSchema } from './schema.ts'
import { createTextIndex } from './create-text-index.ts'

/** One collection's dataset on disk. */
export interface Dataset {
  /** LanceDB's handle, which sees what others wrote before each use. */
  table(): Promise<Table>
  close(): void
}

export const datasetName = (id: number): string => `c_${id}`

/** The number in a dataset's name; undefined for what is not ours. */
export const datasetId = (name: string): number | undefined => {
  const digits = /^c_(\d+)$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export const openDataset = (connection: Connection, id: number): Dataset => {
  let opening: Promise<Table> | undefined
  return {
    table: () => {
      opening ??= connection.openTable(datasetName(id)).catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return opening
    },
    close: () => void opening?.then((table) => table.close()).catch(() => {}),
  }
}

/** The dataset of a new collection, with the indexes that records are found by. What an aborted start left is replaced. */
export const createDataset = async (connection: Connection, libraries: Libraries, row: CatalogRow): Promise<void> => {
  const schema = createSchema(libraries.arrow, row.dimensions ?? undefined)
  const table = await connection.createEmptyTable(datasetName(row.id), schema, { mode: 'overwrite' })
  await createTextIndex(libraries, table, optionsOf(row).tokenizer)
  await table.createIndex('id', { config: libraries.lancedb.Index.btree() })
  table.close()
}

/** Adds the column of vectors where the dimensions were not known when the dataset was made. */
export const ensureVectors = async (table: Table, dimensions: number): Promise<void> => {
  if (hasColumn(await table.schema(), 'vector')) return
  await table.addColumns([{ name: 'vector', valueSql: `arrow_cast(NULL, 'FixedSizeList(${dimensions}, Float32)')` }])
}

export const hasColumn = ({ fields }: { fields: { name: string }[] }, column: string): boolean =>
  fields.some(({ name }) => name === column)
