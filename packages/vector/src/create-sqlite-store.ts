import type { VectorStore } from '@rt/core'
import { createFlatIndex } from './indexes/flat/index.ts'
import { openSqliteStore, type SqliteStoreOptions } from './stores/sqlite/index.ts'

/**
 * A vector store in one SQLite file: exact cosine, full text and hybrid search.
 *
 * @throws RtError `database_newer` when a later version wrote the file; `database_corrupt`; `not_found` for a folder
 * that does not exist.
 */
export const createSqliteStore = (options: SqliteStoreOptions): Promise<VectorStore> =>
  openSqliteStore(options, createFlatIndex)
