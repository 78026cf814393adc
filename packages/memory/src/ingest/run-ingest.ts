import {
  throwIfAborted,
  type Clock,
  type EmbeddingModel,
  type IngestOptions,
  type IngestReport,
  type Principal,
  type VectorCollection,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { toRecords } from './chunk-records.ts'
import { openDocumentTable, type DocumentRow } from './document-table.ts'
import { belongsTo, clashOf } from './document-place.ts'
import { toStorageError } from './disk-error.ts'
import { findFiles, type FoundFile, type FoundFiles } from './find-files.ts'
import { chunkerOf, loadDocument, mostBytes } from './load-document.ts'
import { isConverted } from './loaders/kinds.ts'
import { readBytes } from './loaders/read-bytes.ts'
import type { DocumentLimits } from './parser/document-limits.ts'
import type { DocumentParser } from './parser/document-parser.ts'
import { createTally } from './tally.ts'
import { deleteLoose, WRITE_BATCH, writeDocuments, type PendingDocument, type WriteTarget } from './write-documents.ts'

interface IngestRun extends IngestOptions {
  paths: string[]
  database: Database
  collection: VectorCollection
  embedder: EmbeddingModel | undefined
  chunkWords: number
  limits: DocumentLimits
  parser: DocumentParser
  principal: Principal
  clock: Clock
}

/** One pass over the files: skip what is known, collect what is not into batches, write, then look for what is gone. */
export const runIngest = async (run: IngestRun): Promise<Omit<IngestReport, 'ms'>> => {
  const { collection, embedder, principal, limits, chunkWords: words, clock, signal, span } = run
  const found = await findFiles(run.paths, signal)
  const table = await openDocumentTable(run.database, { collection: collection.name, principal, now: clock.now })
  // A collection that was dropped has nothing of what the table says.
  if ((await collection.count({ signal, span })) === 0) await table.clear()
  const known = await table.all()
  const target: WriteTarget = { table, collection, embedder }
  const tally = createTally(found, embedder ? 'hybrid' : 'keyword', run.onProgress)
  const seen = new Set(found.failed.map(({ source }) => source))
  let pending: PendingFile[] = []
  /** Unchanged documents that are now read at another place. */
  const moved: DocumentRow[] = []
  /** Rows and chunks in `pending`. */
  let waiting = 0

  const flush = async (): Promise<void> => {
    const batch = pending
    pending = []
    waiting = 0
    const started = clock.monotonic()
    const { file: longest } = batch.at(-1)!
    const all = batch.reduce((sum, { file }) => sum + file.bytes, 0)
    const rows = await writeDocuments(batch, target, {
      signal,
      span,
      onEmbedded: tally.embedded,
      onWritten: (share) => tally.advance(longest, all * share),
    })
    const perRow = (clock.monotonic() - started) / batch.length
    for (const [index, { file, ms, warnings, known: before }] of batch.entries()) {
      const row = rows[index]!
      known.set(row.source, row)
      const outcome = before?.sha256 ? 'changed' : 'added'
      tally.finish(file, { outcome, warnings, chunks: row.chunks.length, ms: ms + perRow })
    }
  }

  const take = async (file: FoundFile): Promise<void> => {
    throwIfAborted(signal)
    const started = clock.monotonic()
    const { path, kind, source, place } = file
    const row = known.get(source)
    const fail = (reason: string, chunks = 0): void =>
      tally.finish(file, { outcome: 'failed', reason, warnings: [], chunks, ms: clock.monotonic() - started })
    const clash = seen.has(source) ? 'another file of this run has the same name' : await clashOf(row, place)
    if (clash) {
      fail(`${clash}; ingest the folder that holds both, or rename one of them`)
      return
    }
    seen.add(source)
    const kept = row?.chunks.length
    const read = await readBytes(path, mostBytes(kind, limits), signal)
    if ('reason' in read) {
      fail(read.reason, kept)
      return
    }
    const { bytes, sha256 } = read
    const chunker = chunkerOf(kind, words)
    if (isCurrent(row, { sha256, chunker }, embedder)) {
      if (row.place !== place) moved.push({ ...row, place })
      const ms = clock.monotonic() - started
      tally.finish(file, { outcome: 'unchanged', warnings: [], chunks: row.chunks.length, ms })
      return
    }
    const loaded = await loadDocument(file, bytes, { parser: run.parser, limits, words, signal })
    if ('reason' in loaded) {
      fail(loaded.reason, kept)
      return
    }
    const chunks = toRecords(loaded.chunks, { source, principal, converted: isConverted(kind) })
    const ms = clock.monotonic() - started
    pending.push({ file, ms, warnings: loaded.warnings, source, place, sha256, chunker, known: row, chunks })
    waiting += 1 + chunks.length
    if (waiting >= WRITE_BATCH) await flush()
  }

  try {
    for (const file of found.files) await take(file)
    if (pending.length) await flush()
    await table.put(moved)
    for (const row of moved) known.set(row.source, row)
    const removed = await tidy([...known.values()], { found, seen, prune: run.prune ?? false }, target, run)
    return { ...tally.report(), removed }
  } catch (error) {
    throw toStorageError(error, { done: tally.done, files: found.files.length })
  }
}

interface PendingFile extends PendingDocument {
  file: FoundFile
  warnings: string[]
  /** Spent on it so far. */
  ms: number
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
  for (const row of rows)
    if (!seen.has(row.source) && !isUnread(row.source, found) && (await belongsTo(row, found.folders))) gone.push(row)
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

const isUnread = (source: string, { unread }: FoundFiles): boolean =>
  unread.some((name) => source === name || (name.endsWith('/') && source.startsWith(name)))
