import {
  throwIfAborted,
  type EmbeddingModel,
  type IngestOptions,
  type IngestReport,
  type Principal,
  type VectorCollection,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { chunkDocument } from './chunkers/heading-aware.ts'
import { toRecords } from './chunk-records.ts'
import { openDocumentTable, type DocumentRow } from './document-table.ts'
import { belongsTo, clashOf } from './document-place.ts'
import { findFiles, type FoundFiles } from './find-files.ts'
import { loadText } from './loaders/text.ts'
import { deleteLoose, WRITE_BATCH, writeDocuments, type PendingDocument, type WriteTarget } from './write-documents.ts'

interface IngestRun extends IngestOptions {
  paths: string[]
  database: Database
  collection: VectorCollection
  embedder: EmbeddingModel | undefined
  chunkWords: number
  principal: Principal
  now: () => number
}

/** One pass over the files: skip what is known, collect what is not into batches, write, then look for what is gone. */
export const runIngest = async (run: IngestRun): Promise<Omit<IngestReport, 'ms'>> => {
  const { collection, embedder, principal, signal, span } = run
  const found = await findFiles(run.paths, signal)
  const table = await openDocumentTable(run.database, { collection: collection.name, principal, now: run.now })
  // A collection that was dropped has nothing of what the table says.
  const known = (await collection.count({ signal, span })) > 0 ? await table.all() : new Map<string, DocumentRow>()
  const target: WriteTarget = { table, collection, embedder }
  const chunker = `heading-aware/1/${run.chunkWords}`
  const report = startReport(found, embedder)
  const seen = new Set(found.failed.map(({ source }) => source))
  let pending: PendingDocument[] = []
  /** Unchanged documents that are now read at another place. */
  const moved: DocumentRow[] = []
  /** Rows and chunks in `pending`. */
  let waiting = 0
  let done = 0

  const finish = (source: string, chunks: number): void => {
    report.chunks += chunks
    run.onProgress?.({
      done: ++done,
      files: found.files.length,
      source,
      chunks: report.chunks,
      embedded: report.embedded,
    })
  }
  const fail = (source: string, reason: string, row?: DocumentRow): void => {
    report.failed.push({ source, reason })
    finish(source, row?.chunks.length ?? 0)
  }
  const flush = async (): Promise<void> => {
    const batch = pending
    pending = []
    waiting = 0
    const onEmbedded = (texts: number, truncated: number): void => {
      report.embedded += texts
      report.truncated += truncated
    }
    const rows = await writeDocuments(batch, target, { signal, span, onEmbedded })
    for (const [index, row] of rows.entries()) {
      known.set(row.source, row)
      report[batch[index]!.known?.sha256 ? 'changed' : 'added']++
      finish(row.source, row.chunks.length)
    }
  }

  for (const { path, source, place } of found.files) {
    throwIfAborted(signal)
    const row = known.get(source)
    const clash = seen.has(source) ? 'another file of this run has the same name' : await clashOf(row, place)
    if (clash) {
      fail(source, `${clash}; ingest the folder that holds both, or rename one of them`)
      continue
    }
    seen.add(source)
    const loaded = await loadText(path, signal)
    if ('reason' in loaded) fail(source, loaded.reason, row)
    else if (isCurrent(row, { sha256: loaded.sha256, chunker }, embedder)) {
      report.unchanged++
      if (row.place !== place) moved.push({ ...row, place })
      finish(source, row.chunks.length)
    } else {
      const chunks = toRecords(chunkDocument(loaded.text, { format: loaded.format, words: run.chunkWords }), {
        source,
        principal,
      })
      pending.push({ source, place, sha256: loaded.sha256, chunker, known: row, chunks })
      waiting += 1 + chunks.length
      if (waiting >= WRITE_BATCH) await flush()
    }
  }
  if (pending.length) await flush()
  await table.put(moved)
  for (const row of moved) known.set(row.source, row)
  report.removed = await tidy([...known.values()], { found, seen, prune: run.prune ?? false }, target, run)
  return report
}

/** Without an embedder nothing is taken from a document that has vectors. */
const isCurrent = (
  row: DocumentRow | undefined,
  { sha256, chunker }: { sha256: string; chunker: string },
  embedder: EmbeddingModel | undefined,
): row is DocumentRow =>
  row?.sha256 === sha256 && row.chunker === chunker && (embedder === undefined || row.embedder === embedder.fingerprint)

/** Deletes what interrupted runs left behind in these folders, and with `prune` the documents whose file is gone. */
const tidy = async (
  rows: DocumentRow[],
  { found, seen, prune }: { found: FoundFiles; seen: Set<string>; prune: boolean },
  target: WriteTarget,
  options: Pick<IngestOptions, 'signal' | 'span'>,
): Promise<string[]> => {
  const ingested = rows.filter(({ source }) => seen.has(source))
  const gone: DocumentRow[] = []
  for (const row of rows) if (!seen.has(row.source) && (await belongsTo(row, found.folders))) gone.push(row)
  // A document that never was finished and has no file any more is left-over, not knowledge.
  const dropped = gone.filter(({ sha256 }) => prune || sha256 === '')
  const kept = [...ingested, ...gone].filter((row) => !dropped.includes(row) && row.loose.length > 0)
  await deleteLoose(kept, target, options)
  await deleteLoose(
    dropped.map((row) => ({ ...row, chunks: [], loose: [...row.loose, ...row.chunks] })),
    target,
    options,
  )
  await target.table.remove(dropped.map(({ source }) => source))
  return gone.filter(({ sha256 }) => sha256 !== '').map(({ source }) => source)
}

const startReport = (
  { files, failed, skipped }: FoundFiles,
  embedder: EmbeddingModel | undefined,
): Omit<IngestReport, 'ms'> => ({
  files: files.length + failed.length,
  added: 0,
  changed: 0,
  unchanged: 0,
  failed: [...failed],
  skipped,
  removed: [],
  chunks: 0,
  embedded: 0,
  truncated: 0,
  mode: embedder ? 'hybrid' : 'keyword',
})
