import { collect, createMessage, disposeAll, LOCAL, type Message, RtError, throwIfAborted } from '@rt/core'
import { acquireOwner, type Owner } from '@rt/node/sqlite'
import { loadSettings } from './load-settings.ts'
import { createAnswers } from './answers.ts'
import type { ResolvedApp } from './app/resolve-app.ts'
import type { LoadedConfig } from './config/settings.ts'
import { dataFolder, prepareFolder } from './folders.ts'
import { createHealth } from './health.ts'
import { lazyMcpPort } from './mcp-server/lazy-mcp-port.ts'
import { NO_EMBEDDER } from './no-embedder.ts'
import { once } from './once.ts'
import type { Runtime, RuntimeOptions, Thread, TurnOptions } from './runtime.ts'
import { createServing } from './serving.ts'
import { lazyRuns } from './runs/lazy-runs.ts'
import type { Services } from './services.ts'
import { lazyCollections } from './vectors/lazy-collections.ts'

/**
 * Opens a runtime: reads config.toml, takes the data folder and opens its database. Models are loaded when they are first
 * needed, in processes of their own, and nothing keeps the program alive: one that ends, ends.
 *
 * @throws RtError `config_invalid`; `folder_owned` when another process has the data folder; `database_newer`,
 * `database_corrupt`.
 */
export const createRuntime = async (options: RuntimeOptions = {}): Promise<Runtime> => {
  const runtime = await openRuntime(options)
  try {
    await runtime.ready()
  } catch (error) {
    await runtime.close()
    throw error
  }
  return runtime
}

/** A server that is never idle gets its embedder all the same. */
const EMBEDDER_WAITS_MS = 5_000

/** A runtime before its database is open; `rt serve` listens meanwhile. */
export interface OpeningRuntime extends Runtime {
  readonly config: LoadedConfig
  app(): Promise<ResolvedApp>
  /** Opens the database and makes the app; the first request that needs them does it too. */
  ready(): Promise<void>
  /** Loads the default chat model: what `warm` does first. */
  loadChat(): Promise<void>
}

export const openRuntime = async (options: RuntimeOptions = {}): Promise<OpeningRuntime> => {
  const config = await loadSettings(options)
  throwIfAborted(options.signal)
  const data = await dataFolder(options.data, { config: options.config, cwd: options.cwd })
  const owner = options.readOnly ? undefined : await own(data)
  const closing = new AbortController()
  const health = createHealth()
  const answers = createAnswers()
  const opened = once(async () => {
    const { createServices } = await import('./services.ts')
    return createServices({
      data,
      options,
      settings: config.settings,
      rt: runtime,
      owner,
      idle: answers.idle,
      signal: closing.signal,
    })
  })
  /** After close nothing is opened again: the folder may belong to another by then. */
  const services = async (): Promise<Services> => {
    throwIfAborted(closing.signal)
    return opened()
  }
  const operations = async () => (await services()).operations

  const converse = (prompt: string | Message[], turn: TurnOptions = {}, thread?: string) => {
    const { signal, tools, approve, ...rest } = turn
    const request = { ...rest, messages: toMessages(prompt), ...(thread !== undefined && { thread }) }
    return answers.open(async () => (await services()).turn(request, { signal, tools, approve, own: true }))
  }

  const loadChat = once(async () => (await services()).models.warm())
  const warm = once(async () => {
    const chat = loadChat()
    // One after the other: an engine that starts takes the cores of one that loads or answers.
    await chat.catch(() => {})
    await answers.idle(EMBEDDER_WAITS_MS)
    const found = await (await services()).embedder()
    await chat
    if (config.settings.embed === false || found) health.set({ status: 'ok' })
    else health.set({ status: 'degraded', detail: NO_EMBEDDER.message })
  })

  const serving = createServing({
    settings: config.settings,
    owner,
    openFetch: options.openFetch ?? false,
    closing: closing.signal,
    ports: () => ({ ...runtime, operations: runtime, mcp: lazyMcpPort(async () => (await services()).mcp) }),
    routes: async () => (await (await services()).app()).routes,
    keys: async () => (await services()).keys(),
    started: () => void warm().catch((error) => health.fail(error)),
  })

  const close = once(async () => {
    health.set({ status: 'draining' })
    process.off('beforeExit', closeAtEnd)
    await serving.close()
    closing.abort(new RtError({ code: 'shutting_down', message: 'this runtime was closed.' }))
    await disposeAll([owner, await opened.peek()?.catch(() => undefined)])
  })
  // A program that ends without close() still writes its last spans and gives the folder back.
  const closeAtEnd = (): void => void close()
  process.once('beforeExit', closeAtEnd)

  const runtime: OpeningRuntime = {
    data,
    config,
    ready: async () => (await services()).prepare(),
    loadChat,
    app: async () => (await services()).app(),

    thread: (id): Thread => ({
      id,
      stream: (prompt, turn) => converse(prompt, turn, id),
      generate: (prompt, turn) => collect(converse(prompt, turn, id)),
      messages: () => runtime.threads.messages(id),
    }),
    stream: (prompt, turn) => converse(prompt, turn),
    generate: (prompt, turn) => collect(converse(prompt, turn)),
    // Over the network this takes the admin's scope: whoever has it may name any model, as the program may.
    turn: (request, { signal } = {}) =>
      answers.open(async () => (await services()).turn(request, { signal, own: true })),
    chat: (request, { signal } = {}) => answers.open(async () => (await services()).chat(request, signal)),

    async embed(texts, embedOptions) {
      const { model: _, ...embeddings } = await runtime.embeddings(undefined, texts, embedOptions)
      return embeddings
    },
    embeddings: async (name, texts, embedOptions) => (await services()).embed(name, texts, embedOptions),
    // The program itself names the model, or the operator over the network.
    rerank: async (query, documents, { model, ...rerankOptions } = {}) =>
      (await (await services()).rank(model, query, documents, { ...rerankOptions, own: true })).results,
    ranking: async (name, query, documents, rankingOptions) =>
      (await services()).rank(name, query, documents, rankingOptions),
    classifier: async (model) => (await services()).classifier(model),
    ingest: async (paths, ingestOptions) => (await services()).ingest(paths, ingestOptions),
    search: async (query, searchOptions) => (await services()).search(query, searchOptions),
    collection: async (name, stamp, collectionOptions) =>
      (await (await services()).vectors()).collection(name, stamp, collectionOptions),
    workflow: async (definition, input, workflowOptions) =>
      (await services()).workflow(definition, input, workflowOptions),
    models: async () => (await services()).list(),
    health: health.report,

    threads: {
      list: async () => (await (await services()).threads()).list(LOCAL),
      messages: async (id) => (await (await services()).threads()).messages(LOCAL, id),
      async delete(id, callOptions) {
        const { threads, models, runs } = await services()
        for (const run of await runs.list({ thread: id, limit: 10_000 })) await runs.delete(run.id)
        const deleted = await (await threads()).delete(LOCAL, id, callOptions)
        await models.forget({ principal: LOCAL, thread: id })
        return deleted
      },
    },
    runs: lazyRuns(async () => (await services()).runs),
    documents: {
      list: async () => (await operations()).documents.list(),
      forget: async (source, forgetOptions) => (await operations()).documents.forget(source, forgetOptions),
    },
    collections: lazyCollections(async () => (await services()).collections),
    trace: {
      last: async () => (await operations()).trace.last(),
      get: async (id) => (await operations()).trace.get(id),
      list: async (listOptions) => (await operations()).trace.list(listOptions),
    },
    cost: async (costOptions) => (await operations()).cost(costOptions),
    keys: {
      create: async (key) => (await operations()).keys.create(key),
      list: async () => (await operations()).keys.list(),
      revoke: async (key) => (await operations()).keys.revoke(key),
    },
    status: async () => (await operations()).status(),
    unload: async (model, callOptions) => (await operations()).unload(model, callOptions),
    backup: async (path, callOptions) => (await operations()).backup(path, callOptions),

    warm,
    fetch: serving.fetch,
    serve: serving.serve,
    close,
    [Symbol.asyncDispose]: close,
  }
  return runtime
}

const toMessages = (prompt: string | Message[]): Message[] =>
  typeof prompt === 'string' ? [createMessage('user', prompt)] : prompt

const own = async (data: string): Promise<Owner> => {
  await prepareFolder(data)
  return acquireOwner({ folder: data })
}
