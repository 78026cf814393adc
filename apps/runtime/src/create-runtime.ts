import { availableParallelism } from 'node:os'
import {
  type ChatRequest,
  collect,
  createMessage,
  disposeAll,
  type EmbeddingModel,
  type HealthReport,
  LOCAL,
  noopTelemetry,
  type RetrievedChunk,
  RtError,
  type StreamPart,
  type Telemetry,
  type ThreadStore,
  type VectorStore,
} from '@rt/core'
import { createContextAssembler, createIngest, createRetriever, createThreadStore } from '@rt/memory'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'
import { acquireOwner, type Database, openDatabase, type Owner } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolder } from './folders.ts'
import { createModels } from './models/load-models.ts'
import { once } from './once.ts'
import { run, type RunParts, type RunRequest } from './run.ts'
import type { Runtime, RuntimeOptions, ServeOptions, Thread, TurnOptions } from './runtime.ts'

/** The collection that `ingest` fills and turns retrieve from. */
const KNOWLEDGE = 'default'
const SYSTEM = 'You are a helpful assistant. Answer in one short sentence.'
const GREEDY = { temperature: 0 }

/**
 * Opens a runtime: takes the data folder and opens its database. Models are loaded when they are first needed, in
 * processes of their own, and nothing keeps the program alive: one that ends, ends.
 *
 * @throws RtError `folder_owned` when another process has the data folder, `database_newer`, `database_corrupt`.
 */
export const createRuntime = async (options: RuntimeOptions = {}): Promise<Runtime> => {
  const runtime = await openRuntime(options)
  await runtime.ready
  return runtime
}

/** A runtime before its database is open; `rt serve` listens meanwhile. */
export interface OpeningRuntime extends Runtime {
  readonly ready: Promise<void>
  /** Tells other processes where this one listens. */
  announce(address: string): Promise<void>
}

export const openRuntime = async (options: RuntimeOptions = {}): Promise<OpeningRuntime> => {
  const { readOnly = false, embed = 'bge-small-en-v1.5' } = options
  const data = await dataFolder(options.data)
  const owner = readOnly ? undefined : await own(data)
  const models = createModels({
    chat: options.chat ?? 'smollm2:135m',
    embed,
    threads: options.threads ?? (Number(process.env['RT_THREADS']) || Math.min(8, availableParallelism())),
    contextTokens: options.contextTokens,
    download: options.download ?? true,
    onProgress: options.onProgress,
  })
  const database = open(join(data, 'rt.db'), readOnly)
  const vectors = once(async (): Promise<VectorStore> => createSqliteStore({ database: await database }))
  const threads = once(async (): Promise<ThreadStore> => createThreadStore({ database: await database }))
  const observing = once(async () => observe(await database, readOnly || options.trace === false))
  const reader = once(async () => {
    const { createTraceReader } = await import('@rt/observe/sqlite')
    return createTraceReader({ database: await database })
  })
  const ready = Promise.all([database, observing()]).then(() => {})
  // Reported where it is awaited; here only kept from ending the process.
  ready.catch(() => {})

  /** Absent when it cannot be had: retrieval then goes by words alone, and ingest says so. */
  const embedder = (): Promise<EmbeddingModel | undefined> =>
    models.embedder().catch((error) => {
      if (RtError.isInstance(error) && (error.code === 'download_failed' || error.code === 'model_not_found'))
        return undefined
      throw error
    })

  const retrieve: RunParts['retrieve'] = async (name, query, callOptions) => {
    const [store, model] = await Promise.all([vectors(), embedder()])
    const collection = await store.collection(name)
    return createRetriever({ collection, embedder: model }).retrieve(query, {
      ...callOptions,
      k: options.passages ?? 2,
    })
  }

  const parts = async (): Promise<RunParts> => ({
    telemetry: await observing(),
    router: models,
    threads,
    retrieve,
    assembler: createContextAssembler(),
  })

  async function* turn(request: RunRequest, signal?: AbortSignal): AsyncIterable<StreamPart> {
    if (readOnly) return yield { type: 'error', error: readOnlyError(data).toJSON() }
    yield* run(request, await parts(), signal)
  }

  const knowledge = async (wanted: boolean | string | undefined): Promise<string | undefined> => {
    if (wanted === false) return undefined
    if (typeof wanted === 'string') return wanted
    const collections = await (await vectors()).list()
    return collections.some(({ name, count }) => name === KNOWLEDGE && count > 0) ? KNOWLEDGE : undefined
  }

  async function* converse(
    prompt: RunRequest['messages'],
    turnOptions: TurnOptions,
    thread?: string,
  ): AsyncIterable<StreamPart> {
    const { signal, retrieve: wanted, system, sampling, tools = options.tools, ...rest } = turnOptions
    const request: RunRequest = {
      ...rest,
      principal: LOCAL,
      thread,
      tools,
      messages: prompt,
      system: system ?? options.system ?? SYSTEM,
      sampling: { ...GREEDY, ...sampling },
      retrieve: await knowledge(wanted),
    }
    yield* turn(request, signal)
  }

  const toMessages = (prompt: string | RunRequest['messages']): RunRequest['messages'] =>
    typeof prompt === 'string' ? [createMessage('user', prompt)] : prompt

  let health: HealthReport = { status: 'loading' }
  let closing: Promise<void> | undefined

  const runtime: OpeningRuntime = {
    data,
    ready,
    announce: async (address) => owner?.setAddress(address),

    thread: (id): Thread => ({
      id,
      stream: (prompt, turnOptions = {}) => converse(toMessages(prompt), turnOptions, id),
      generate: (prompt, turnOptions = {}) => collect(converse(toMessages(prompt), turnOptions, id)),
      messages: async () => (await threads()).messages(LOCAL, id),
    }),
    stream: (prompt, turnOptions = {}) => converse(toMessages(prompt), turnOptions),
    generate: (prompt, turnOptions = {}) => collect(converse(toMessages(prompt), turnOptions)),

    async *chat({ tools, serverTools, retrieve: wanted, ...request }: ChatRequest, { signal } = {}) {
      const known = options.tools ?? []
      const unknown = serverTools?.find((name) => !known.some((tool) => tool.name === name))
      if (unknown)
        return yield {
          type: 'error',
          error: noSuchTool(
            unknown,
            known.map(({ name }) => name),
          ).toJSON(),
        }
      yield* turn(
        {
          ...request,
          clientTools: tools,
          tools: known.filter(({ name }) => serverTools?.includes(name)),
          retrieve: wanted ? await knowledge(wanted) : undefined,
        },
        signal,
      )
    },

    async embed(texts, embedOptions) {
      const { model: _, ...embeddings } = await runtime.embeddings(undefined, texts, embedOptions)
      return embeddings
    },
    async embeddings(name, texts, embedOptions) {
      const model = await models.embedder(name)
      if (!model) throw new RtError({ code: 'unsupported', message: 'this runtime has no embedder (embed: false).' })
      return { ...(await model.embed(texts, embedOptions)), model: model.id }
    },

    async ingest(paths, ingestOptions) {
      if (readOnly) throw readOnlyError(data)
      const [store, model, telemetry] = await Promise.all([vectors(), embedder(), observing()])
      const ingest = createIngest({
        database: await database,
        collection: (stamp) => store.collection(KNOWLEDGE, stamp),
        embedder: model,
      })
      const span = telemetry.span('ingest')
      try {
        return await ingest.ingest(paths, { ...ingestOptions, span })
      } catch (error) {
        span.end(error)
        throw error
      } finally {
        span.end()
      }
    },
    async search(query, { k = 5, collection = KNOWLEDGE, signal } = {}): Promise<RetrievedChunk[]> {
      const [store, model] = await Promise.all([vectors(), embedder()])
      return createRetriever({ collection: await store.collection(collection), embedder: model }).retrieve(query, {
        k,
        signal,
      })
    },
    collection: async (name, stamp) => (await vectors()).collection(name, stamp),
    models: () => models.list(),
    health: () => health,

    trace: {
      async last() {
        await (await observing()).flush()
        return (await reader()).last()
      },
      async get(id) {
        await (await observing()).flush()
        return (await reader()).get(id)
      },
      async list(listOptions) {
        await (await observing()).flush()
        return (await reader()).list(listOptions)
      },
    },

    async warm() {
      await Promise.all([models.warm(), embedder()])
      health = { status: 'ok' }
    },

    fetch: async (request) => (await app()).fetch(request),
    async serve({ allowedHosts, ...serveOptions }: ServeOptions = {}) {
      const { serve } = await import('@rt/server/node')
      const server = await serve(await app(allowedHosts), {
        port: Number(process.env['RT_PORT'] ?? 4141),
        ...serveOptions,
      })
      await owner?.setAddress(server.address)
      return server
    },

    close() {
      closing ??= (async () => {
        health = { status: 'draining' }
        process.off('beforeExit', closeAtEnd)
        const [telemetry, store, db] = await Promise.all([
          opened(observing.peek()),
          opened(vectors.peek()),
          opened(database),
        ])
        await disposeAll([owner, db, store, telemetry, models])
      })()
      return closing
    },
    [Symbol.asyncDispose]: () => runtime.close(),
  }

  const app = async (allowedHosts?: string[]) => {
    const { createApp } = await import('@rt/server')
    return createApp(runtime, { allowedHosts })
  }
  // A program that ends without close() still writes its last spans and gives the folder back.
  const closeAtEnd = (): void => void runtime.close()
  process.once('beforeExit', closeAtEnd)
  return runtime
}

const own = async (data: string): Promise<Owner> => {
  await ensureFolder(data)
  const ignore = join(data, '.gitignore')
  if (!existsSync(ignore)) await writeFileAtomic(ignore, '*\n', { mode: 0o600 })
  return acquireOwner({ folder: data })
}

/** What was opened without an error, to be closed. */
const opened = <T>(thing: Promise<T> | undefined): Promise<T | undefined> =>
  Promise.resolve(thing).catch(() => undefined)

const open = (path: string, readOnly: boolean): Promise<Database> => {
  const database =
    readOnly && !existsSync(path)
      ? Promise.reject(
          new RtError({
            code: 'not_found',
            message: 'there is no data here yet.',
            hint: 'Start with: rt ingest FOLDER, or rt chat.',
          }),
        )
      : openDatabase({ path, readOnly })
  database.catch(() => {})
  return database
}

const observe = async (database: Database, off: boolean): Promise<Telemetry & AsyncDisposable> => {
  if (off) return { ...noopTelemetry, [Symbol.asyncDispose]: async () => {} }
  const [{ createTelemetry }, { createSqliteExporter }] = await Promise.all([
    import('@rt/observe'),
    import('@rt/observe/sqlite'),
  ])
  return createTelemetry({ exporters: [await createSqliteExporter({ database })] })
}

const readOnlyError = (data: string): RtError =>
  new RtError({
    code: 'read_only',
    message: 'this runtime was opened for reading only.',
    hint: 'Open it without readOnly, when no other process owns the folder.',
    data: { folder: data.split(/[/\\]/).at(-1) ?? '' },
  })

const noSuchTool = (name: string, known: string[]): RtError =>
  new RtError({
    code: 'tool_not_found',
    message: `this server has no tool "${name}".`,
    hint: known.length ? `Tools: ${known.join(', ')}.` : 'It has none.',
  })
