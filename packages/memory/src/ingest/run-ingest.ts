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
import { isRemote, KEEP_LOCAL } from './check-local.ts'
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
import { relabelDocument } from './relabel-document.ts'
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
  const { collection, embedder, principal, label, limits, chunkWords: words, clock, signal, span } = run
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
    let row = known.get(source)
    const before = row?.label
    const relabel = async (old: DocumentRow): Promise<DocumentRow> => {
      const done = await relabelDocument(old, label, target, { signal, span })
      known.set(source, done)
      return done
    }
    const fail = (reason: string, chunks = 0): void =>
      tally.finish(file, { outcome: 'failed', reason, warnings: [], chunks, ms: clock.monotonic() - started })
    const clash = seen.has(source) ? 'another file of this run has the same name' : await clashOf(row, place)
    if (clash) {
      fail(`${clash}; ingest the folder that holds both, or rename one of them`)
      return
    }
    seen.add(source)
    const kept = row?.chunks.length
    if (before && !label && isRemote(embedder)) {
      fail(`it is labelled local-only, and the embedder ${embedder.id} is not on this machine. ${KEEP_LOCAL}`, kept)
      return
    }
    // First: a document whose file cannot be read is kept, and is as private from now on.
    if (row && label && label !== before) row = await relabel(row)
    const warnings = before && !label ? ['no longer local-only: it was ingested without that label'] : []
    const read = await readBytes(path, mostBytes(kind, limits), signal)
    if ('reason' in read) {
      fail(read.reason, kept)
      return
    }
    const { bytes, sha256 } = read
    const chunker = chunkerOf(kind, words)
    if (isCurrent(row, { sha256, chunker }, embedder)) {
      if (row.label !== label) row = await relabel(row)
      if (row.place !== place) moved.push({ ...row, place })
      const ms = clock.monotonic() - started
      const outcome = before === label ? 'unchanged' : 'changed'
      tally.finish(file, { outcome, warnings, chunks: row.chunks.length, ms })
      return
    }
    const loaded = await loadDocument(file, bytes, { parser: run.parser, limits, words, signal })
    if ('reason' in loaded) {
      fail(loaded.reason, kept)
      return
    }
    const chunks = toRecords(loaded.chunks, { source, principal, converted: isConverted(kind), label })
    const ms = clock.monotonic() - started
    warnings.push(...loaded.warnings)
    pending.push({ file, ms, warnings, source, place, sha256, chunker, label, known: row, chunks })
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
