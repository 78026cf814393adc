import { abortable, type EmbeddingModel, type VectorCollection, type VectorRecord } from '@rt/core'
import { canonicalJson } from '../driver-kit/canonical-json.ts'
import type { MigrationProgress } from './types.ts'

/** Texts embedded at once. */
const BATCH = 64

export interface CopyOptions {
  old: VectorCollection
  next: VectorCollection
  embedder: EmbeddingModel
  textOf: (record: VectorRecord) => string | undefined
  /** What writes to both goes through this, so that nothing is written back that was deleted meanwhile. */
  serial: <T>(work: () => Promise<T>) => Promise<T>
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
  const total = await old.count({ signal })
  let done = 0
  let changed = 0
  for await (const page of pagesOf(old, signal)) {
    changed += await copyPage(page, options)
    done += page.length
    options.onProgress({ done: Math.min(done, total), total: Math.max(done, total) })
  }
  for await (const page of pagesOf(next, signal)) {
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

async function* pagesOf(collection: VectorCollection, signal: AbortSignal | undefined): AsyncGenerator<VectorRecord[]> {
  let after: string | undefined
  do {
    const page = await collection.scroll({
      limit: BATCH,
      vectors: false,
      signal,
      ...(after !== undefined && { after }),
    })
    if (page.records.length) yield page.records
    after = page.next
  } while (after !== undefined)
}

const isCopied = (record: VectorRecord, copy: VectorRecord | undefined, textOf: CopyOptions['textOf']): boolean =>
  isSame(record, copy) && (copy?.vector !== undefined || !textOf(record))

/** But for the vector. */
const isSame = (a: VectorRecord, b: VectorRecord | undefined): boolean =>
  b !== undefined &&
  a.text === b.text &&
  a.expires === b.expires &&
  canonicalJson(a.metadata ?? {}) === canonicalJson(b.metadata ?? {})

const idsOf = (records: VectorRecord[]): string[] => records.map(({ id }) => id)

const byId = (records: VectorRecord[]): Map<string, VectorRecord> =>
  new Map(records.map((record) => [record.id, record]))
