import { abortable, type EmbeddingModel, type VectorCollection, type VectorRecord } from '@rt/core'
import { contentDifference } from '../driver-kit/content-difference.ts'
import { pagesOf } from '../driver-kit/pages-of.ts'
import type { MigrationProgress } from './types.ts'
import type { Serial } from '../driver-kit/serial.ts'

/** Texts embedded at once. */
const BATCH = 64

export interface CopyOptions {
  old: VectorCollection
  next: VectorCollection
  embedder: EmbeddingModel
  textOf: (record: VectorRecord) => string | undefined
  /** What writes to both goes through this, so that nothing is written back that was deleted meanwhile. */
  serial: Serial
  idle: () => Promise<void>
  onProgress: (progress: MigrationProgress) => void
  signal?: AbortSignal | undefined
}

/**
 * One pass over the old records: those the new collection lacks or has otherwise are embedded and written, what the old
 * one no longer has is removed. Interrupted, the next pass goes on where this one was, since it compares first.
 *
 * @returns how many records it changed; 0 = both hold the same.
 */
export const copyRecords = async (options: CopyOptions): Promise<number> => {
  const { old, next, signal } = options
  const paging = { limit: BATCH, vectors: false, signal }
  const total = await old.count({ signal })
  let done = 0
  let changed = 0
  for await (const page of pagesOf(old, paging)) {
    changed += await copyPage(page, options)
    done += page.length
    options.onProgress({ done: Math.min(done, total), total: Math.max(done, total) })
  }
  for await (const page of pagesOf(next, paging)) {
    const ids = page.map(({ id }) => id)
    changed += await options.serial(async () => {
      const kept = new Set((await old.get(ids, { signal })).map(({ id }) => id))
      return next.delete(
        ids.filter((id) => !kept.has(id)),
        { signal },
      )
    })
  }
  return changed
}

const copyPage = async (
  page: VectorRecord[],
  { old, next, embedder, textOf, serial, idle, signal }: CopyOptions,
): Promise<number> => {
  const there = byId(await next.get(idsOf(page), { signal }))
  const lacking = page.filter((record) => !isCopied(record, there.get(record.id), textOf))
  if (!lacking.length) return 0
  await abortable(idle(), signal)
  const texts = lacking.flatMap((record) => textOf(record) || [])
  const { vectors } = texts.length ? await embedder.embed(texts, { kind: 'document', signal }) : { vectors: [] }
  let at = 0
  const records = lacking.map((record): VectorRecord =>
    textOf(record) ? { ...record, vector: vectors[at++]! } : record,
  )
  return serial(async () => {
    // What was written or deleted while texts were embedded is the next pass's.
    const now = byId(await old.get(idsOf(records), { signal }))
    const same = records.filter((record) => isSame(record, now.get(record.id)))
    await next.upsert(same, { signal })
    return lacking.length
  })
}

const isCopied = (record: VectorRecord, copy: VectorRecord | undefined, textOf: CopyOptions['textOf']): boolean =>
  isSame(record, copy) && (copy?.vector !== undefined || !textOf(record))

/** But for the vector. */
const isSame = (record: VectorRecord, copy: VectorRecord | undefined): boolean =>
  copy !== undefined && contentDifference(record, copy) === undefined

const idsOf = (records: VectorRecord[]): string[] => records.map(({ id }) => id)

const byId = (records: VectorRecord[]): Map<string, VectorRecord> =>
  new Map(records.map((record) => [record.id, record]))
