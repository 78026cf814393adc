import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import {
  abortable,
  type CollectionStamp,
  disposeAll,
  type EmbeddingModel,
  noopTelemetry,
  RtError,
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
  type Ingest,
  type IngestOptions,
  type IngestReport,
} from '@rt/memory'
import { type Database, openDatabase } from '@rt/node/sqlite'
import type { TraceReader } from '@rt/observe/sqlite'
import { createSqliteStore } from '@rt/vector'
import { createModels, type Models } from './models/create-models.ts'
import { once } from './once.ts'
import { run } from './run.ts'
import type { Retrieval, RetrieveOptions, RunRequest } from './run-request.ts'
import { KNOWLEDGE, type RuntimeOptions } from './runtime.ts'

/** Passages a question is answered from: what a model of 135M parameters still reads well. */
const PASSAGES = 2
/** How long an embedder that cannot be had is not looked for again. */
const RETRY_EMBEDDER_MS = 60_000
export const NO_EMBEDDER = {
  id: 'no-embedder',
  message: 'the embedder could not be had: documents are found by words only.',
}

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
  retrieve(collection: string, query: string, options: RetrieveOptions & { k?: number }): Promise<Retrieval>
  turn(request: RunRequest, signal?: AbortSignal): AsyncIterable<StreamPart>
}

/** A module of its own, loaded after the port is bound: `rt serve` listens before it reads any of this. */
export const createServices = (data: string, options: RuntimeOptions, closing: AbortSignal): Services => {
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
    signal: closing,
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
  /** One for all calls: runs wait for each other. Made anew once an embedder that was missing is there. */
  const writers = new Map<EmbeddingModel | undefined, Ingest>()
  const ingest = async (): Promise<Ingest> => {
    const [db, store, model] = await Promise.all([database(), vectors(), embedder()])
    const known = writers.get(model)
    if (known) return known
    const writer = createIngest({
      database: db,
      collection: (stamp) => store.collection(KNOWLEDGE, stamp),
      embedder: model,
    })
    writers.set(model, writer)
    return writer
  }
  /** Reading makes no collection: a name that a client made up must not. */
  const existing = async (
    name: string,
    model: EmbeddingModel | undefined,
  ): Promise<{ collection: VectorCollection; stamped: boolean } | undefined> => {
    const store = await vectors()
    const infos = await store.list()
    const info = infos.find((other) => other.name === name)
    // Its stamp is checked: vectors of another model are numbers that mean nothing here.
    if (info) {
      const collection = await store.collection(name, info.stamp && model && stampOf(model))
      return { collection, stamped: info.stamp !== undefined }
    }
    if (name === KNOWLEDGE) return undefined
    const known = infos.map((other) => other.name)
    throw new RtError({
      code: 'not_found',
      message: `there is no collection "${name}".`,
      hint: known.length ? `Collections: ${known.join(', ')}.` : 'There is none yet: ingest documents first.',
    })
  }
  /** One that cannot be had is not looked for again at once: each try goes through all its sources. */
  let missingUntil = 0
  const embedder = async (): Promise<EmbeddingModel | undefined> => {
    if (performance.now() < missingUntil) return undefined
    try {
      return await models.embedder()
    } catch (error) {
      if (!isMissing(error)) throw error
      missingUntil = performance.now() + RETRY_EMBEDDER_MS
      return undefined
    }
  }
  const retrieve: Services['retrieve'] = async (name, query, { k = passages, ...callOptions }) => {
    const model = await abortable(embedder(), callOptions.signal)
    const found = await existing(name, model)
    if (!found) return { passages: [] }
    const { collection, stamped } = found
    const retriever = createRetriever({ collection, embedder: stamped ? model : undefined })
    const passages = await retriever.retrieve(query, { k, ...callOptions })
    return { passages, ...(embed !== false && !model && { warning: NO_EMBEDDER }) }
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
      const [into, spans] = await Promise.all([abortable(ingest(), ingestOptions?.signal), telemetry()])
      const span = spans.span('ingest')
      try {
        return await into.ingest(paths, { ...ingestOptions, span })
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
  const folder = dirname(path)
  if (existsSync(folder) && !(await canRead(folder)))
    throw new RtError({ code: 'forbidden', message: `the data folder ${folder} cannot be read.` })
  throw new RtError({
    code: 'not_found',
    message: `there is no data in ${folder} yet.`,
    hint: 'Ingest documents first, or name another folder.',
  })
}

const canRead = (folder: string): Promise<boolean> =>
  access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  )

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

const isMissing = (error: unknown): boolean =>
  RtError.isInstance(error) && (error.code === 'download_failed' || error.code === 'model_not_found')

const stampOf = ({ dimensions, fingerprint }: EmbeddingModel): CollectionStamp => ({
  dimensions,
  fingerprint,
  metric: 'cosine',
})

export const readOnlyError = (): RtError =>
  new RtError({
    code: 'read_only',
    message: 'this runtime was opened for reading only.',
    hint: 'Open it without readOnly, when no other process owns the folder.',
  })
