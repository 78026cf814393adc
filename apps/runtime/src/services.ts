import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  disposeAll,
  type EmbeddingModel,
  noopTelemetry,
  type RetrievedChunk,
  RtError,
  type Span,
  type StreamPart,
  type Telemetry,
  type ThreadStore,
  type VectorCollection,
  type VectorStore,
} from '@rt/core'
import {
  createContextAssembler,
  createIngest,
  createRetriever,
  createThreadStore,
  type IngestOptions,
  type IngestReport,
} from '@rt/memory'
import { type Database, openDatabase } from '@rt/node/sqlite'
import type { TraceReader } from '@rt/observe/sqlite'
import { createSqliteStore } from '@rt/vector'
import { createModels, type Models } from './models/create-models.ts'
import { once } from './once.ts'
import { run } from './run.ts'
import type { RunRequest } from './run-request.ts'
import { KNOWLEDGE, type RuntimeOptions } from './runtime.ts'

/** Passages a question is answered from: what a model of 135M parameters still reads well. */
const PASSAGES = 2

/** What a runtime is made of, each part opened when it is first needed. */
export interface Services extends AsyncDisposable {
  readonly models: Models
  threads(): Promise<ThreadStore>
  vectors(): Promise<VectorStore>
  traces(): Promise<TraceReader>
  telemetry(): Promise<Telemetry>
  /** Undefined when it is switched off or cannot be had: retrieval then goes by words alone. */
  embedder(): Promise<EmbeddingModel | undefined>
  ingest(paths: string | string[], options?: IngestOptions): Promise<IngestReport>
  retrieve(
    collection: string,
    query: string,
    options?: { k?: number; signal?: AbortSignal; span?: Span },
  ): Promise<RetrievedChunk[]>
  turn(request: RunRequest, signal?: AbortSignal): AsyncIterable<StreamPart>
}

/** A module of its own, loaded after the port is bound: `rt serve` listens before it reads any of this. */
export const createServices = (data: string, options: RuntimeOptions): Services => {
  const { readOnly = false, embed = 'bge-small-en-v1.5', passages = PASSAGES } = options
  const threadsGiven = options.threads ?? (Number(process.env['RT_THREADS']) || undefined)
  const models = createModels({
    chat: options.chat ?? 'smollm2:135m',
    embed,
    threads: threadsGiven ?? Math.min(8, availableParallelism()),
    embedThreads: threadsGiven,
    contextTokens: options.contextTokens,
    download: options.download ?? true,
    onProgress: options.onProgress,
  })
  const database = once(() => open(join(data, 'rt.db'), readOnly))
  const vectors = once(async (): Promise<VectorStore> => createSqliteStore({ database: await database() }))
  const threads = once(async (): Promise<ThreadStore> => createThreadStore({ database: await database() }))
  const telemetry = once(async () => observe(await database(), readOnly || options.trace === false))
  const traces = once(async () => {
    const { createTraceReader } = await import('@rt/observe/sqlite')
    return createTraceReader({ database: await database() })
  })
  const assembler = createContextAssembler()
  /** Reading makes no collection: a name that a client made up must not. */
  const existing = async (name: string): Promise<VectorCollection | undefined> => {
    const store = await vectors()
    const known = (await store.list()).map((info) => info.name)
    if (known.includes(name)) return store.collection(name)
    if (name === KNOWLEDGE) return undefined
    throw new RtError({
      code: 'not_found',
      message: `there is no collection "${name}".`,
      hint: known.length ? `Collections: ${known.join(', ')}.` : 'There is none yet: ingest documents first.',
    })
  }
  const embedder = (): Promise<EmbeddingModel | undefined> => models.embedder().catch(unlessMissing)
  const retrieve: Services['retrieve'] = async (name, query, { k = passages, ...callOptions } = {}) => {
    const from = await existing(name)
    if (!from) return []
    const model = await embedder()
    return createRetriever({ collection: from, embedder: model }).retrieve(query, { k, ...callOptions })
  }

  return {
    models,
    threads,
    vectors,
    traces,
    telemetry,
    embedder,
    retrieve,

    async ingest(paths, ingestOptions) {
      const [store, model, spans] = await Promise.all([vectors(), embedder(), telemetry()])
      const ingest = createIngest({
        database: await database(),
        collection: (stamp) => store.collection(KNOWLEDGE, stamp),
        embedder: model,
      })
      const span = spans.span('ingest')
      try {
        return await ingest.ingest(paths, { ...ingestOptions, span })
      } catch (error) {
        span.end(error)
        throw error
      } finally {
        span.end()
      }
    },

    async *turn(request, signal) {
      if (readOnly) return yield { type: 'error', error: readOnlyError().toJSON() }
      yield* run(request, { telemetry: await telemetry(), router: models, threads, retrieve, assembler }, signal)
    },

    async [Symbol.asyncDispose]() {
      const [db, store, spans] = await Promise.all([database, vectors, telemetry].map((part) => opened(part.peek())))
      await disposeAll([db, store, spans, models])
    },
  }
}

const open = async (path: string, readOnly: boolean): Promise<Database> => {
  if (!readOnly || existsSync(path)) return openDatabase({ path, readOnly })
  throw new RtError({
    code: 'not_found',
    message: 'there is no data here yet.',
    hint: 'Start with: rt ingest FOLDER, or rt chat.',
  })
}

const observe = async (database: Database, off: boolean): Promise<Telemetry & AsyncDisposable> => {
  if (off) return { ...noopTelemetry, [Symbol.asyncDispose]: async () => {} }
  const [{ createTelemetry }, { createSqliteExporter }] = await Promise.all([
    import('@rt/observe'),
    import('@rt/observe/sqlite'),
  ])
  return createTelemetry({ exporters: [await createSqliteExporter({ database })] })
}

/** What was opened without an error, to be closed. */
const opened = (thing: Promise<AsyncDisposable> | undefined): Promise<AsyncDisposable | undefined> =>
  Promise.resolve(thing).catch(() => undefined)

const unlessMissing = (error: unknown): undefined => {
  if (RtError.isInstance(error) && (error.code === 'download_failed' || error.code === 'model_not_found'))
    return undefined
  throw error
}

export const readOnlyError = (): RtError =>
  new RtError({
    code: 'read_only',
    message: 'this runtime was opened for reading only.',
    hint: 'Open it without readOnly, when no other process owns the folder.',
  })
