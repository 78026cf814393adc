import type { PrivacyLabel, Principal } from '@rt/core'
import type { Database } from '@rt/node/sqlite'

/** What is known of an ingested file. */
export interface DocumentRow {
  source: string
  /**
   * Where its file was read: an absolute path, which never leaves the data file but in the reason of a clash. Empty in
   * rows from before it was kept; such a row belongs to whoever brings its source next.
   */
  place: string
  /** Of the file's bytes; empty until its first ingest has finished. */
  sha256: string
  /** Version and size of the chunker. */
  chunker: string
  /** Fingerprint of the embedder; empty for keyword search only. */
  embedder: string
  /** Its chunks have it in their metadata. */
  label?: PrivacyLabel | undefined
  /** Ids of its chunks. */
  chunks: string[]
  /** Ids that may be in the collection and are no part of the document, noted before they are written: see `writeDocuments`. */
  loose: string[]
}

export interface DocumentTable {
  all(): Promise<Map<string, DocumentRow>>
  /** All rows in one transaction. */
  put(rows: DocumentRow[]): Promise<void>
  remove(sources: string[]): Promise<void>
  /** Makes every document of the collection, whosever it is, one that never was finished. */
  loosenAll(): Promise<void>
  /** Forgets all of a collection that has nothing in it any more, whosever documents they were. False: there were none. */
  clear(): Promise<boolean>
}

const MIGRATIONS = [
  `CREATE TABLE memory_documents (
     collection TEXT NOT NULL, principal TEXT NOT NULL, source TEXT NOT NULL, sha256 TEXT NOT NULL, chunker TEXT NOT NULL,
     embedder TEXT NOT NULL, chunks TEXT NOT NULL, loose TEXT NOT NULL, updated_at INTEGER NOT NULL,
     PRIMARY KEY (collection, principal, source)
   ) STRICT;`,
  `ALTER TABLE memory_documents ADD COLUMN place TEXT NOT NULL DEFAULT '';`,
  `ALTER TABLE memory_documents ADD COLUMN label TEXT;`,
]

export const openDocumentTable = async (
  database: Database,
  { collection, principal, now }: { collection: string; principal: Principal; now: () => number },
): Promise<DocumentTable> => {
  await database.migrate('memory.documents', MIGRATIONS)
  return {
    async all() {
      const rows = await database.all<StoredRow>(
        `SELECT source, place, sha256, chunker, embedder, label, chunks, loose FROM memory_documents WHERE collection = ? AND principal = ?`,
        [collection, principal],
      )
      return new Map(
        rows.map((row) => [
          row.source,
          {
            ...row,
            label: row.label ?? undefined,
            chunks: JSON.parse(row.chunks) as string[],
            loose: JSON.parse(row.loose) as string[],
          },
        ]),
      )
    },
    async put(rows) {
      if (rows.length === 0) return
      await database.write({
        sql: `INSERT OR REPLACE INTO memory_documents
              (collection, principal, source, place, sha256, chunker, embedder, label, chunks, loose, updated_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        each: rows.map(({ source, place, sha256, chunker, embedder, label, chunks, loose }) => [
          collection,
          principal,
          source,
          place,
          sha256,
          chunker,
          embedder,
          label ?? null,
          JSON.stringify(chunks),
          JSON.stringify(loose),
          now(),
        ]),
      })
    },
    async remove(sources) {
      if (sources.length === 0) return
      await database.write({
        sql: `DELETE FROM memory_documents WHERE collection = ? AND principal = ? AND source = ?`,
        each: sources.map((source) => [collection, principal, source]),
      })
    },
    async loosenAll() {
      await database.write({
        sql: `UPDATE memory_documents SET sha256 = '', chunks = '[]',
                loose = (SELECT json_group_array(value) FROM (SELECT value FROM json_each(chunks) UNION SELECT value FROM json_each(loose)))
              WHERE collection = ?`,
        params: [collection],
      })
    },
    async clear() {
      const sql = `SELECT 1 FROM memory_documents WHERE collection = ? LIMIT 1`
      if (!(await database.get(sql, [collection]))) return false
      await database.write({ sql: `DELETE FROM memory_documents WHERE collection = ?`, params: [collection] })
      return true
    },
  }
}

interface StoredRow extends Omit<DocumentRow, 'label' | 'chunks' | 'loose'> {
  label: PrivacyLabel | null
  /** JSON. */
  chunks: string
  loose: string
}
