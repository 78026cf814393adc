import { DatabaseSync } from 'node:sqlite'
import type { CollectionOptions, VectorStore } from '@rt/core'
import { createSqliteStore } from '../../index.ts'
import { createLancedbStore } from '../../stores/lancedb/index.ts'

/** A store that is killed. */
interface Subject {
  create(path: string): Promise<VectorStore>
  /** Options of the collection that is searched through a graph. */
  graph: CollectionOptions
  /** Merges what writes have left, as another process may do it. */
  compact(path: string): Promise<void>
}

export const subjects: Record<string, Subject> = {
  sqlite: {
    create: (path) => createSqliteStore({ path }),
    graph: { index: 'usearch' },
    async compact(path) {
      const other = new DatabaseSync(path)
      other.exec('PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)')
      other.close()
    },
  },
  lancedb: {
    create: (path) => createLancedbStore({ path }),
    graph: {},
    async compact(path) {
      const { connect } = await import('@lancedb/lancedb')
      const connection = await connect(path)
      for (const name of await connection.tableNames()) {
        const table = await connection.openTable(name)
        // The store's own compaction may be faster: then there is nothing to do.
        await table.optimize({ cleanupOlderThan: new Date() }).catch(() => {})
      }
      connection.close()
    },
  },
}
