import type { CallOptions, EmbeddingModel, PrivacyLabel, VectorCollection, VectorRecord } from '@rt/core'
import { difference } from '../text/sets.ts'
import type { ChunkRecord } from './chunk-records.ts'
import type { DocumentRow, DocumentTable } from './document-table.ts'

/** A new or changed file, chunked. */
export interface PendingDocument {
  source: string
  place: string
  sha256: string
  chunker: string
  label: PrivacyLabel | undefined
  known: DocumentRow | undefined
  chunks: ChunkRecord[]
}

export interface WriteTarget {
  table: DocumentTable
  collection: VectorCollection
  embedder: EmbeddingModel | undefined
}

/** Texts a call of the embedder, and records a transaction: small enough to lose little, large enough to batch. */
export const WRITE_BATCH = 64

/**
 * Writes documents so that a stop at any point loses nothing and leaves nothing behind:
 * 1. the new ids are noted as loose, 2. the chunks are upserted, 3. the rows are switched to them and the old ids become
 * loose, 4. loose chunks are deleted. An interrupted run is resumed by the next one: chunks that are in the collection
 * with their vector are not embedded again.
 */
export const writeDocuments = async (
  pending: PendingDocument[],
  { table, collection, embedder }: WriteTarget,
  options: CallOptions & {
    onEmbedded: (texts: number, truncated: number) => void
    /** After each batch but the last: the share of all chunks, below 1. */
    onWritten: (share: number) => void
  },
): Promise<DocumentRow[]> => {
  const fresh = pending.map(({ source, place, known, chunks, label }): DocumentRow => {
    const old = known ?? { source, place, sha256: '', chunker: '', embedder: '', chunks: [], loose: [] }
    const loose = without([...old.loose, ...idsOf(chunks)], old.chunks)
    // Until it is done the stricter of both labels holds, and no file counts as unchanged.
    return { ...old, loose, ...(label !== old.label && { label: label ?? old.label, chunker: '' }) }
  })
  await table.put(fresh)
  const all = pending.flatMap((document) => document.chunks)
  let written = 0
  for (const chunks of batches(all)) {
    await collection.upsert(await withVectors(chunks, collection, embedder, options), options)
    written += chunks.length
    if (written < all.length) options.onWritten(written / all.length)
  }
  const rows = pending.map(({ source, place, sha256, chunker, label, chunks }, index): DocumentRow => {
    const ids = idsOf(chunks)
    const { chunks: old, loose } = fresh[index]!
    return {
      source,
      place,
      sha256,
      chunker,
      embedder: embedder?.fingerprint ?? '',
      label,
      chunks: ids,
      loose: without([...old, ...loose], ids),
    }
  })
  await table.put(rows)
  return deleteLoose(rows, { table, collection }, options)
}

/** The last step, also what is left of it from an interrupted run. */
export const deleteLoose = async (
  rows: DocumentRow[],
  { table, collection }: Pick<WriteTarget, 'table' | 'collection'>,
  options: CallOptions,
): Promise<DocumentRow[]> => {
  for (const ids of batches(rows.flatMap(({ loose }) => loose))) await collection.delete(ids, options)
  const clean = rows.map((row) => ({ ...row, loose: [] }))
  await table.put(clean.filter((_, index) => rows[index]!.loose.length > 0))
  return clean
}

const withVectors = async (
  chunks: ChunkRecord[],
  collection: VectorCollection,
  embedder: EmbeddingModel | undefined,
  { signal, span, onEmbedded }: Parameters<typeof writeDocuments>[2],
): Promise<VectorRecord[]> => {
  const stored = new Map((await collection.get(idsOf(chunks), { signal, span })).map(({ id, vector }) => [id, vector]))
  const missing = embedder ? chunks.filter(({ record }) => !stored.get(record.id)) : []
  if (embedder && missing.length) {
    const texts = missing.map(({ embeddable }) => embeddable)
    const { vectors, truncated } = await embedder.embed(texts, { kind: 'document', signal, span })
    for (const [index, { record }] of missing.entries()) stored.set(record.id, vectors[index])
    onEmbedded(texts.length, truncated.length)
  }
  return chunks.map(({ record }) => ({ ...record, vector: stored.get(record.id) }))
}

const idsOf = (chunks: ChunkRecord[]): string[] => chunks.map(({ record }) => record.id)

const without = (ids: string[], others: string[]): string[] => [...difference(new Set(ids), new Set(others))]

/** As many as one transaction takes. */
export function* batches<T>(items: T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += WRITE_BATCH) yield items.slice(at, at + WRITE_BATCH)
}
