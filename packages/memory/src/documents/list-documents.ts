import type { DocumentInfo, PrivacyLabel, Principal } from '@rt/core'
import type { Database } from '@rt/node/sqlite'

/** Without migrating: a database that is open for reading only may be older, or hold no documents yet. */
export const listDocuments = async (
  database: Database,
  { principal, collection }: { principal: Principal; collection: string | undefined },
): Promise<DocumentInfo[]> => {
  const table = await database.get(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'memory_documents'`)
  if (!table) return []
  const labelled = await database.get(`SELECT 1 FROM pragma_table_info('memory_documents') WHERE name = 'label'`)
  // A row without a hash is of an ingest that did not finish, or of a document that is being forgotten.
  const rows = await database.all<DocumentInfo & { label: PrivacyLabel | null }>(
    `SELECT collection, source, json_array_length(chunks) AS chunks,
       iif(embedder = '', 'keyword', 'hybrid') AS mode, updated_at AS updatedAt,
       ${labelled ? 'label' : 'NULL AS label'}
     FROM memory_documents
     WHERE principal = ? AND sha256 <> '' AND (? IS NULL OR collection = ?)
     ORDER BY collection, source`,
    [principal, collection ?? null, collection ?? null],
  )
  return rows.map(({ label, ...row }) => ({ ...row, ...(label && { label }) }))
}
