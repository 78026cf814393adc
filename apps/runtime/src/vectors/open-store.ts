import { isAbsolute, resolve } from 'node:path'
import type { StorePlace, VectorStore } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'

export interface OpenStoreOptions {
  /** The data folder: relative paths are of it. */
  data: string
  database(): Promise<Database>
}

/**
 * Opens a store where it is. What it needs is loaded here and not before.
 *
 * @throws RtError of the store: its package is not installed, its server does not answer, its address is wrong.
 */
export const openStore = async (
  { store, url, apiKey }: StorePlace,
  { data, database }: OpenStoreOptions,
): Promise<VectorStore> => {
  const path = (name: string): string => (isAbsolute(name) ? name : resolve(data, name))
  switch (store) {
    case 'sqlite':
      return createSqliteStore(url === undefined ? { database: await database() } : { path: path(url) })
    case 'lancedb': {
      const { createLancedbStore } = await import('@rt/vector/lancedb')
      return createLancedbStore({ path: path(url ?? 'lancedb') })
    }
    case 'pgvector': {
      const { createPgvectorStore } = await import('@rt/vector/pgvector')
      return createPgvectorStore({ url: url ?? '' })
    }
    case 'qdrant': {
      const { createQdrantStore } = await import('@rt/vector/qdrant')
      return createQdrantStore({ url: url ?? '', ...(apiKey !== undefined && { apiKey }) })
    }
  }
}
