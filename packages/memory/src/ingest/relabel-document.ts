import type { CallOptions, PrivacyLabel, VectorRecord } from '@rt/core'
import type { DocumentRow } from './document-table.ts'
import { batches, type WriteTarget } from './write-documents.ts'

/**
 * Changes the label of a document and of its chunks; nothing is read, cut or embedded again. Stopped in between, the row
 * says the stricter label and a chunker of no version, so that the next run writes the document anew.
 */
export const relabelDocument = async (
  row: DocumentRow,
  label: PrivacyLabel | undefined,
  { table, collection }: Pick<WriteTarget, 'table' | 'collection'>,
  options: CallOptions,
): Promise<DocumentRow> => {
  await table.put([{ ...row, label: label ?? row.label, chunker: '' }])
  for (const ids of batches(row.chunks)) {
    const records = await collection.get(ids, options)
    await collection.upsert(
      records.map((record) => relabelled(record, label)),
      options,
    )
  }
  const done = { ...row, label }
  await table.put([done])
  return done
}

const relabelled = (record: VectorRecord, label: PrivacyLabel | undefined): VectorRecord => {
  const { label: _, ...metadata } = record.metadata ?? {}
  return { ...record, metadata: { ...metadata, ...(label && { label }) } }
}
