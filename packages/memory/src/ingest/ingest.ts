import {
  LOCAL,
  systemClock,
  throwIfAborted,
  withSpan,
  type Clock,
  type EmbeddingModel,
  type IngestOptions,
  type IngestReport,
  type Span,
  type VectorCollection,
  type VectorStore,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { DEFAULT_CHUNK_WORDS } from './chunkers/heading-aware.ts'
import { DOCUMENT_LIMITS, type DocumentLimits } from './parser/document-limits.ts'
import { createDocumentParser } from './parser/document-parser.ts'
import { checkLocal } from './check-local.ts'
import { exclusive } from './exclusive.ts'
import { runIngest } from './run-ingest.ts'

export interface IngestSetup {
  /** Keeps what was ingested: hashes and chunk ids, not texts. */
  database: Database
  store: Pick<VectorStore, 'collection'>
  /** The name of the collection to fill; it is made when it is not there. */
  collection: string
  /** Without one, passages are found by keyword only. */
  embedder?: EmbeddingModel | undefined
  /** Words a chunk aims for. Default 120; changing it chunks and embeds every file again. */
  chunkWords?: number
  /** What one document may cost before it fails, each with its default. */
  documentLimits?: Partial<DocumentLimits>
  /** Default: the system's. */
  clock?: Clock
}

export interface Ingest {
  /**
   * Brings files and folders into the collection: Markdown, text, HTML, PDF, DOCX, CSV, JSON and source code. Unchanged
   * files cost one read. What is wrong with a single file stands in its outcome; the others go on. Runs into one collection wait for each other. An
   * interrupted run is taken up by the next.
   *
   * @throws RtError `local_only` when documents of that label would go to an embedder elsewhere, `not_found` for a path that
   * does not exist, `aborted`, `disk_full` (what was written before stays), or
   * what the embedder or the collection throws.
   */
  ingest(paths: string | string[], options?: IngestOptions): Promise<IngestReport>
}

export const createIngest = (setup: IngestSetup): Ingest => {
  const { database, store, collection: name, embedder, clock = systemClock, chunkWords = DEFAULT_CHUNK_WORDS } = setup
  const limits = { ...DOCUMENT_LIMITS, ...setup.documentLimits }

  const ingestInto = async (
    collection: VectorCollection,
    paths: string[],
    { span, ...options }: IngestOptions & { span: Span },
  ): Promise<IngestReport> => {
    const started = clock.monotonic()
    await using parser = createDocumentParser(clock)
    const report = await runIngest({
      ...options,
      span,
      paths,
      database,
      clock,
      collection,
      embedder,
      chunkWords,
      limits,
      parser,
      principal: options.principal ?? LOCAL,
    })
    span.set({
      'rt.ingest.files': report.files,
      'rt.ingest.added': report.added,
      'rt.ingest.changed': report.changed,
      'rt.ingest.failed': report.failed.length,
      'rt.ingest.chunks': report.chunks,
      'rt.ingest.embedded': report.embedded,
    })
    return { ...report, ms: clock.monotonic() - started }
  }

  return {
    async ingest(paths, options = {}) {
      throwIfAborted(options.signal)
      checkLocal(options.label, embedder)
      const stamp = embedder && {
        dimensions: embedder.dimensions,
        metric: 'cosine' as const,
        fingerprint: embedder.fingerprint,
      }
      return withSpan(options.span, `ingest ${name}`, { 'gen_ai.data_source.id': name }, (span) =>
        exclusive(
          database,
          name,
          // Opened when it is our turn: what ran before may have dropped it.
          async () => ingestInto(await store.collection(name, stamp), [paths].flat(), { ...options, span }),
          options.signal,
        ),
      )
    },
  }
}
