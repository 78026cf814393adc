import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  type ChatRequest,
  type CollectionOperations,
  disposeAll,
  type EmbeddingModel,
  type FactStore,
  type IngestOptions,
  type IngestReport,
  type KeyValue,
  type McpPort,
  type ModelEntry,
  type RetrievedChunk,
  type RunStore,
  type SearchOptions,
  type StreamPart,
  type Telemetry,
  type TextClassifier,
  type ThreadStore,
  type Tool,
  type TurnRequest,
  type VectorStore,
} from '@rt/core'
import { createContextAssembler, createFactStore, createRunStore, createThreadStore } from '@rt/memory'
import { createSqliteKeyValue, type Owner } from '@rt/node/sqlite'
import { createToolPolicy } from '@rt/tools'
import { createMaking } from './app/making.ts'
import { resolveApp, type ResolvedApp } from './app/resolve-app.ts'
import type { Settings } from './config/settings.ts'
import { kvFolder } from './folders.ts'
import { createGuards } from './guards/create-guards.ts'
import { createKeyStore, type KeyStore } from './keys/key-store.ts'
import { createKnowledge } from './knowledge.ts'
import { connectLimits } from './limits/connect-limits.ts'
import { createMcpPort } from './mcp-server/create-mcp-port.ts'
import { createApprovers } from './mcp/approvers.ts'
import { createMcp } from './mcp/create-mcp.ts'
import { refreshingSelector } from './mcp/refreshing-selector.ts'
import { createModels, type Models } from './models/create-models.ts'
import { createFindEmbedder } from './models/find-embedder.ts'
import { createModelCalls, type ModelCalls } from './models/model-calls.ts'
import { ownProviders } from './models/own-providers.ts'
import { createPrices } from './models/prices.ts'
import { observe } from './observe.ts'
import { once } from './once.ts'
import { openData } from './open-data.ts'
import { createOperations, type OwnOperations } from './operations.ts'
import { readOnlyError } from './read-only-error.ts'
import { run } from './run.ts'
import { type BeginOptions, createRuns } from './runs/create-runs.ts'
import { buildRun, routerOf } from './runs/build-run.ts'
import { createRunOperations, type OwnRunOperations } from './runs/run-operations.ts'
import { KNOWLEDGE, type Runtime, type RuntimeOptions } from './runtime.ts'
import { createSelectTools } from './tools/select-tools.ts'
import { createRunWorkflows, type RunWorkflows } from './run-workflows.ts'
import { createBuiltinTools } from './tools/builtin-tools.ts'
import { createTurns } from './turns.ts'
import { createVectors } from './vectors/create-vectors.ts'

/** What a runtime is made of, each part opened when it is first needed. */
export interface Services extends AsyncDisposable, ModelCalls {
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
  turn(request: TurnRequest, options: BeginOptions & { own?: boolean }): Promise<AsyncIterable<StreamPart>>
  readonly runs: OwnRunOperations
  /** A request of a client. */
  chat(request: ChatRequest, signal?: AbortSignal): Promise<AsyncIterable<StreamPart>>
  workflow: RunWorkflows
  classifier(name: string): Promise<TextClassifier>
  /** What a client may ask for: models, aliases and agents. */
  list(): Promise<ModelEntry[]>
  readonly mcp: McpPort
}

export interface ServicesOptions {
  data: string
  options: Pick<RuntimeOptions, 'app' | 'tools' | 'guards' | 'providers' | 'readOnly' | 'onProgress' | 'onMcpQuestion'>
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
  const embedder = createFindEmbedder(models)
  const { vector } = settings
  const vectors = createVectors({ data, settings: vector, database, models, embedder, idle, readOnly, signal })
  const threads = once(async (): Promise<ThreadStore> => createThreadStore({ database: await database() }))
  const keys = once(async () => createKeyStore({ database: await database() }))
  const telemetry = once(async () => observe(await database(), readOnly || !settings.trace, prices))
  const approvers = createApprovers()
  const mcp = createMcp({
    settings: settings.mcp,
    data,
    model: ({ signal: limit }) => models.pick(undefined, { signal: limit, own: true }),
    ask: options.onMcpQuestion,
    approve: approvers.approve,
  })
  const policy = createToolPolicy({ rules: settings.toolSettings.rules })
  const facts = once(async (): Promise<FactStore> => createFactStore({ database: await database() }))
  const builtin = (names: string[]): Promise<Tool[]> =>
    createBuiltinTools(names, {
      settings: settings.toolSettings,
      facts,
      search: async (query, { k, ...more }) => (await knowledge.retrieve(KNOWLEDGE, query, { k, ...more })).passages,
    })
  const making = createMaking()
  const app = once(async () => {
    const resolved = await making.run(() =>
      resolveApp(options.app, {
        tools: options.tools ?? [],
        allow: settings.tools,
        builtin,
        isServerTool: mcp.isTool,
        rt,
      }),
    )
    models.choose([...resolved.agents.values()].flatMap(({ model }) => model ?? []))
    return resolved
  })
  const assembler = createContextAssembler({ window: settings.window })
  const selector = createSelectTools({ settings: settings.toolSelect, store: vectors.own, embedder, database })
  const guard = createGuards({
    settings: settings.guards,
    own: options.guards,
    classifier: (name) => models.classifier(name, { own: true }),
    model: (name) => models.pick(name, { own: true }),
    embedder,
  })
  const knowledge = createKnowledge({
    database,
    vectors,
    telemetry,
    embedder,
    settings,
    readOnly,
  })
  const ready = (): Promise<ResolvedApp> => {
    making.refuseInside()
    return app()
  }
  const turns = once(async () => createTurns({ settings, app: await app(), mcp, knowledge: knowledge.named }))
  const runStore = once(async (): Promise<RunStore> => {
    // The lock of the folder is ours.
    return createRunStore({ database: await database(), alone: owner !== undefined })
  })
  const runs = createRuns({
    store: runStore,
    async build(asked, tools) {
      if (readOnly) throw readOnlyError()
      making.refuseInside()
      return buildRun(await turns(), asked, tools)
    },
    run: async (asked, request, abort) => {
      const { brings } = models
      const router = routerOf(models, asked)
      const shown = refreshingSelector(selector, request.refresh)
      const parts = { router, brings, threads, retrieve: knowledge.retrieve, assembler, selector: shown, policy, guard }
      const stream = run(request, { telemetry: await telemetry(), ...parts }, abort)
      return approvers.during(request.principal, request.approve, stream)
    },
  })

  return {
    models,
    async prepare() {
      // Reading beside us, and after us, others find all tables.
      // A shared store that cannot be reached is said now, not to the first who asks.
      await Promise.all([
        telemetry(),
        app(),
        ...(readOnly ? [] : [limits(), threads(), runStore(), vectors.store(), (await keys()).required()]),
      ])
    },
    app: ready,
    keys,
    threads,
    vectors: vectors.store,
    telemetry,
    embedder,
    operations: createOperations({ database, documents: vectors.documents, telemetry, keys, models, owner }),
    collections: vectors.collections,
    mcp: createMcpPort({
      ...vectors,
      app: ready,
      servers: mcp,
      allow: settings.tools,
      retrieve: knowledge.retrieve,
      threads,
      telemetry,
      policy,
      guard,
    }),
    ...createModelCalls({ models, telemetry }),
    ingest: knowledge.ingest,
    search: knowledge.search,
    runs: createRunOperations({ store: runStore, runs }),
    turn: (request, { own = false, ...options }) => runs.begin({ type: 'own', request, own }, options),
    chat: (request, abort) => runs.begin({ type: 'client', request }, { signal: abort }),
    workflow: createRunWorkflows({ database, telemetry, readOnly, signal }),
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
      await runs.live.close()
      const parts = [database, vectors.store, vectors.own, telemetry, limits].map((part) => opened(part.peek()))
      const [db, store, own, spans, shared] = await Promise.all(parts)
      await disposeAll([mcp, db, store, own, spans, shared, models])
    },
  }
}

/** What was opened without an error, to be closed. */
const opened = (thing: Promise<AsyncDisposable | undefined> | undefined): Promise<AsyncDisposable | undefined> =>
  Promise.resolve(thing).catch(() => undefined)
