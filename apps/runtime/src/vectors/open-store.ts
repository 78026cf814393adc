import { isAbsolute, resolve } from 'node:path'
import { RtError, type StorePlace, type VectorStore } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'

export interface OpenStoreOptions {
  /** The data folder: relative paths are of it. */
  data: string
  database(): Promise<Database>
}

/** Opens a store where it is. Its package is loaded here, and says so when it is missing. */
export const openStore = async (place: StorePlace, { data, database }: OpenStoreOptions): Promise<VectorStore> => {
  const { store, url } = place
  switch (store) {
    case 'sqlite':
      return url === undefined
        ? createSqliteStore({ database: await database() })
        : createSqliteStore({ path: isAbsolute(url) ? url : resolve(data, url) })
    default:
      throw new RtError({ code: 'unsupported', message: `this version has no store "${store}".`, hint: 'Use sqlite.' })
  }
}
