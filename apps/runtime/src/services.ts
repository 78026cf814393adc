import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  checkLabel,
  type ChatRequest,
  type CollectionOperations,
  disposeAll,
  type EmbeddingModel,
  type Embeddings,
  type EmbedOptions,
  type IngestOptions,
  type IngestReport,
  type KeyValue,
  type ModelEntry,
  noopTelemetry,
  type Provider,
  type RankingOptions,
  type RerankResult,
  type RetrievedChunk,
  type Router,
  RtError,
  type SearchOptions,
  type StorePlace,
  type StreamPart,
  type Telemetry,
  type TextClassifier,
  type ThreadStore,
  type Tool,
  type TurnRequest,
  type VectorStore,
} from '@rt/core'
import { createContextAssembler, createDocuments, createThreadStore, embeddableOf } from '@rt/memory'
import { createSqliteKeyValue, type Database, type Owner } from '@rt/node/sqlite'
import type { CostCalculator } from '@rt/observe'
import { resolveApp, type ResolvedApp } from './app/resolve-app.ts'
import type { Settings } from './config/settings.ts'
import { createKeyStore, type KeyStore } from './keys/key-store.ts'
import { createMaking } from './app/making.ts'
import { createKnowledge } from './knowledge.ts'
import { kvFolder } from './folders.ts'
import { connectLimits } from './limits/connect-limits.ts'
import { createModels, type Models } from './models/create-models.ts'
import { createPrices } from './models/prices.ts'
import { createTracedEmbedder } from './models/traced-embedder.ts'
import { tracedRerank } from './models/traced-rerank.ts'
import { once } from './once.ts'
import { createOperations, type OwnOperations } from './operations.ts'
import { readOnlyError } from './read-only-error.ts'
import { openData } from './open-data.ts'
import { run } from './run.ts'
import type { RunRequest } from './run-request.ts'
import { KNOWLEDGE, type Runtime, type RuntimeOptions } from './runtime.ts'
import { createTurns, type Turns } from './turns.ts'
import { defined } from './defined.ts'
import { createDefaultOptions } from './vectors/default-options.ts'
import { createCollections } from './vectors/create-collections.ts'
import { createHeldStore, type HeldStore } from './vectors/held-store.ts'
import { createKeepLocal, storeElsewhere } from './vectors/keep-local.ts'
import { createFormerEmbedders } from './vectors/former-embedders.ts'
import { createMigrate } from './vectors/migrate.ts'
import { createMigratingStore, type MigratingStore } from './vectors/migrating-store.ts'
import { createMove } from './vectors/move.ts'
import { openStore } from './vectors/open-store.ts'
import { createPickReranker } from './vectors/pick-reranker.ts'
import { isElsewhere } from './vectors/place.ts'

/** How long an embedder that cannot be had is not looked for again. */
const RETRY_EMBEDDER_MS = 60_000
/** How long the migration of a collection lets answers go first before it embeds some texts all the same. */
const MIGRATION_WAITS_MS = 2000
/** What a runtime is made of, each part opened when it is first needed. */
export interface Services extends AsyncDisposable {
  readonly models: Models
  /** Brings the data file to today's version and makes the app, so that what is wrong with them is said at the start. */
  prepare(): Promise<void>
  readonly operations: OwnOperations
  readonly collections: CollectionOperations
  app(): Promise<ResolvedApp>
  keys(): Promise<KeyStore>
  threads(): Promise<ThreadStore>
  vectors(): Promise<VectorStore>
  telemetry(): Promise<Telemetry>
  /** Undefined when it is switched off or cannot be had: retrieval then goes by words alone. */
  embedder(): Promise<EmbeddingModel | undefined>
  ingest(paths: string | string[], options?: IngestOptions): Promise<IngestReport>
  search(query: string, options?: SearchOptions): Promise<RetrievedChunk[]>
  /**
   * A turn of this program or its operator.
   *
   * @param options.own the program itself wrote the model's name: it may be any that rt can reach.
   */
  turn(
    request: TurnRequest,
    options: { signal?: AbortSignal; tools?: Tool[]; own?: boolean },
  ): Promise<AsyncIterable<StreamPart>>
  /** A request of a client. */
  chat(request: ChatRequest, signal?: AbortSignal): Promise<AsyncIterable<StreamPart>>
  embed(name: string | undefined, texts: string[], options?: EmbedOptions): Promise<Embeddings & { model: string }>
  /** @param options.own the program or its operator wrote the model's name. */
  rank(
    name: string | undefined,
    query: string,
    documents: string[],
    options?: RankingOptions & { own?: boolean },
  ): Promise<{ model: string; results: RerankResult[] }>
  classifier(name: string): Promise<TextClassifier>
  /** What a client may ask for: models, aliases and agents. */
  list(): Promise<ModelEntry[]>
}

export interface ServicesOptions {
  data: string
  options: Pick<RuntimeOptions, 'app' | 'tools' | 'providers' | 'readOnly' | 'onProgress'>
  settings: Settings
  rt: Runtime
  owner: Owner | undefined
  /** When nobody is being answered, or after so many milliseconds. */
  idle(mostMs: number): Promise<void>
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

/** A module of its own, loaded after the port is bound: `rt serve` listens before it reads any of this. */
export const createServices = ({ data, options, settings, rt, owner, idle, signal }: ServicesOptions): Services => {
  const { readOnly = false } = options
  const prices = createPrices(settings.providers)
  const limits = once(() => connectLimits(settings.limits))
  /** A Redis when it is shared, else the data file: what is spent today is known after a restart too. */
  const counts = once(
    async (): Promise<KeyValue> =>
      (await limits())?.keyValue ?? createSqliteKeyValue({ database: await database(), table: 'counts' }),
  )
  const models = createModels({
    settings,
    providers: ownProviders(options.providers),
    price: prices,
    store: counts,
    redis: async () => (await limits())?.client,
    threads: settings.threads ?? Math.min(8, availableParallelism()),
    embedThreads: settings.threads,
    // It has one owner.
    kvFolder: owner && kvFolder(data),
    onProgress: options.onProgress,
    signal,
  })
  const database = once(() => openData(join(data, 'rt.db'), readOnly))
  const { store: kept = 'sqlite', url, apiKey } = settings.vector
  const place: StorePlace = { store: kept, ...defined({ url, apiKey }) }
  const open = async (where: StorePlace): Promise<VectorStore> => {
    const store = await openStore(where, { data, database })
    return isElsewhere(where) ? createKeepLocal(store) : store
  }
  const held = once(async (): Promise<HeldStore> =>
    createHeldStore(createDefaultOptions(await open(place), settings.vector)),
  )
  const formerEmbedders = createFormerEmbedders({ database, embedder: async (name) => models.embedder(name) })
  const vectors = once(async (): Promise<MigratingStore> =>
    createMigratingStore({
      store: await held(),
      embedder: async () => embedder(),
      former: formerEmbedders.find,
      nameOf: formerEmbedders.nameOf,
      note: async (fingerprint) => formerEmbedders.note(fingerprint, await embedder()),
      textOf: embeddableOf,
      idle: async () => idle(MIGRATION_WAITS_MS),
      readOnly,
      signal,
    }),
  )
  const documents = once(async () => createDocuments({ database: await database(), store: vectors }))
  const reranker = createPickReranker(models)
  const collections = createCollections({
    vectors,
    drop: async (name, dropOptions) => (await documents()).dropCollection(name, dropOptions),
    move: createMove({ vectors: held, place, open }),
    migrate: createMigrate(vectors),
    reranker,
  })
  const threads = once(async (): Promise<ThreadStore> => createThreadStore({ database: await database() }))
  const keys = once(async () => createKeyStore({ database: await database() }))
  const telemetry = once(async () => observe(await database(), readOnly || !settings.trace, prices))
  const making = createMaking()
  const app = once(async () => {
    const resolved = await making.run(() =>
      resolveApp(options.app, { tools: options.tools ?? [], allow: settings.tools, rt }),
    )
    models.choose([...resolved.agents.values()].flatMap(({ model }) => model ?? []))
    return resolved
  })
  const assembler = createContextAssembler({ window: settings.window })

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
  const knowledge = createKnowledge({
    database,
    vectors,
    elsewhere: isElsewhere(place),
    reranker,
    telemetry,
    embedder,
    settings,
    readOnly,
  })
  const ready = (): Promise<ResolvedApp> => {
    making.refuseInside()
    return app()
  }
  const turns = once(async () => createTurns({ settings, app: await app(), knowledge: knowledge.named }))
  const running = async (
    build: (turns: Turns) => Promise<RunRequest>,
    abort?: AbortSignal,
    router: Router = models,
  ): Promise<AsyncIterable<StreamPart>> => {
    if (readOnly) throw readOnlyError()
    making.refuseInside()
    const spans = await telemetry()
    const request = await build(await turns())
    const { brings } = models
    return run(request, { telemetry: spans, router, brings, threads, retrieve: knowledge.retrieve, assembler }, abort)
  }

  return {
    models,
    async prepare() {
      // Reading beside us, and after us, others find all tables.
      // A shared store that cannot be reached is said now, not to the first who asks.
      await Promise.all([
        telemetry(),
        app(),
        ...(readOnly ? [] : [limits(), threads(), vectors(), (await keys()).required()]),
      ])
    },
    app: ready,
    keys,
    threads,
    vectors,
    telemetry,
    embedder,
    operations: createOperations({ database, documents, telemetry, keys, models, owner }),
    collections,
    ingest: (paths, ingestOptions) => knowledge.ingest(paths, ingestOptions),
    async search(query, { collection = KNOWLEDGE, k = 5, label, signal: abort, span, ...tuning } = {}) {
      checkLabel(label)
      if (label && isElsewhere(place)) throw storeElsewhere('the query is local-only', place.store)
      return (await knowledge.retrieve(collection, query, { k, label, signal: abort, span, tuning })).passages
    },
    turn(request, { signal: abort, tools, own = false }) {
      const { keepAliveMs: ms } = request
      // JSON has no Infinity.
      const keepAliveMs = ms === -1 ? Infinity : ms
      const router: Router = { pick: (name, pickOptions) => models.pick(name, { ...pickOptions, own, keepAliveMs }) }
      return running((all) => all.own(request, tools), abort, router)
    },
    chat: (request, abort) => running((all) => all.client(request), abort),

    async embed(name, texts, embedOptions) {
      const model = await models.embedder(name)
      if (!model) throw new RtError({ code: 'unsupported', message: 'this runtime has no embedder (embed: false).' })
      checkPlace(embedOptions?.label, model)
      // Those elsewhere stand in a trace whoever asks them.
      const traced = model.local ? createTracedEmbedder(model) : model
      const root = (await telemetry()).span('request', { 'rt.principal': embedOptions?.principal })
      try {
        return { ...(await traced.embed(texts, { ...embedOptions, span: root })), model: model.id }
      } finally {
        root.end()
      }
    },

    async rank(name, query, documents, { own = false, ...rankOptions } = {}) {
      checkLabel(rankOptions.label)
      const { model, local } = await models.reranker(name, { own })
      if (rankOptions.label && !local) throw elsewhere('reranker', model.id, 'bge-reranker-base')
      const root = (await telemetry()).span('request', { 'rt.principal': rankOptions.principal })
      try {
        return {
          model: model.id,
          results: await tracedRerank(model, local, { query, documents, ...rankOptions, root }),
        }
      } finally {
        root.end()
      }
    },
    classifier: (name) => models.classifier(name, { own: true }),

    async list() {
      const agents = Array.from((await ready()).agents.keys(), (id): ModelEntry => ({
        id,
        kind: 'chat',
        created: 0,
        ownedBy: 'agent',
      }))
      return [...(await models.list()), ...agents]
    },

    async [Symbol.asyncDispose]() {
      const parts = [database, vectors, telemetry, limits].map((part) => opened(part.peek()))
      const [db, store, spans, shared] = await Promise.all(parts)
      await disposeAll([db, store, spans, shared, models])
    },
  }
}

const observe = async (
  database: Database,
  off: boolean,
  cost: CostCalculator,
): Promise<Telemetry & AsyncDisposable> => {
  if (off) return { ...noopTelemetry, [Symbol.asyncDispose]: async () => {} }
  const [{ createTelemetry }, { createSqliteExporter }] = await Promise.all([
    import('@rt/observe'),
    import('@rt/observe/sqlite'),
  ])
  return createTelemetry({ exporters: [await createSqliteExporter({ database })], cost })
}

/** What was opened without an error, to be closed. */
const opened = (thing: Promise<AsyncDisposable | undefined> | undefined): Promise<AsyncDisposable | undefined> =>
  Promise.resolve(thing).catch(() => undefined)

/** By their ids, as names begin with them. */
const ownProviders = (providers: RuntimeOptions['providers'] = {}): Record<string, Provider> =>
  Object.fromEntries(
    Object.values(providers).flatMap((provider) => ('languageModel' in provider ? [[provider.id, provider]] : [])),
  )

const checkPlace = (label: string | undefined, { id, local }: EmbeddingModel): void => {
  checkLabel(label)
  if (label && !local) throw elsewhere('embedder', id, 'bge-small-en-v1.5')
}

const elsewhere = (kind: 'embedder' | 'reranker', id: string, here: string): RtError =>
  new RtError({
    code: 'local_only',
    message: `the texts are local-only, and the ${kind} ${id} is not on this machine; nothing was sent to it.`,
    hint: `Name one on this machine, such as ${here}.`,
  })

const isMissing = (error: unknown): boolean =>
  RtError.isInstance(error) && (error.code === 'download_failed' || error.code === 'model_not_found')
