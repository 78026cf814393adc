import {
  type ChatRequest,
  collect,
  createMessage,
  disposeAll,
  type HealthReport,
  LOCAL,
  type Message,
  RtError,
  type StreamPart,
  toRtError,
  withSpan,
} from '@rt/core'
import { acquireOwner, type Owner } from '@rt/node/sqlite'
import type { App, AppEnv, AppOptions } from '@rt/server'
import { dataFolder, prepareFolder } from './folders.ts'
import { once } from './once.ts'
import { KNOWLEDGE, type Runtime, type RuntimeOptions, type Thread, type TurnOptions } from './runtime.ts'

const SYSTEM = 'You are a helpful assistant. Answer in one short sentence.'
const NO_EMBEDDER = 'the embedder could not be had: documents are found by words only'
const GREEDY = { temperature: 0 }

/**
 * Opens a runtime: takes the data folder and opens its database. Models are loaded when they are first needed, in
 * processes of their own, and nothing keeps the program alive: one that ends, ends.
 *
 * @throws RtError `folder_owned` when another process has the data folder, `database_newer`, `database_corrupt`.
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

/** A runtime before its database is open; `rt serve` listens meanwhile. */
export interface OpeningRuntime extends Runtime {
  /** Opens the database; it is also opened by the first request that needs it. */
  ready(): Promise<void>
}

export const openRuntime = async (options: RuntimeOptions = {}): Promise<OpeningRuntime> => {
  const data = await dataFolder(options.data)
  const owner = options.readOnly ? undefined : await own(data)
  const services = once(async () => {
    const { createServices } = await import('./services.ts')
    return createServices(data, options)
  })
  const app = async (appOptions?: AppOptions): Promise<App> => {
    const { createApp } = await import('@rt/server')
    return createApp(runtime, appOptions)
  }

  /** The collection to retrieve from; by default ours, when there is anything in it. */
  const knowledge = async (wanted: boolean | string | undefined): Promise<string | undefined> => {
    if (wanted === false) return undefined
    if (typeof wanted === 'string') return wanted
    const collections = await (await (await services()).vectors()).list()
    return collections.some(({ name, count }) => name === KNOWLEDGE && count > 0) ? KNOWLEDGE : undefined
  }

  async function* converse(messages: Message[], turn: TurnOptions, thread?: string): AsyncIterable<StreamPart> {
    const { signal, retrieve, system = options.system ?? SYSTEM, sampling, tools = options.tools, ...rest } = turn
    yield* (await services()).turn(
      {
        ...rest,
        principal: LOCAL,
        thread,
        tools,
        messages,
        system,
        sampling: { ...GREEDY, ...sampling },
        retrieve: await knowledge(retrieve),
      },
      signal,
    )
  }

  let health: HealthReport = { status: 'loading' }

  const warm = once(async () => {
    const { models, embedder } = await services()
    const [, found] = await Promise.all([models.warm(), embedder()])
    const wordsOnly = options.embed !== false && !found
    health = wordsOnly ? { status: 'degraded', detail: NO_EMBEDDER } : { status: 'ok' }
  })

  const close = once(async () => {
    health = { status: 'draining' }
    process.off('beforeExit', closeAtEnd)
    await disposeAll([owner, await services.peek()?.catch(() => undefined)])
  })
  // A program that ends without close() still writes its last spans and gives the folder back.
  const closeAtEnd = (): void => void close()
  process.once('beforeExit', closeAtEnd)

  const runtime: OpeningRuntime = {
    data,
    async ready() {
      await (await services()).telemetry()
    },

    thread: (id): Thread => ({
      id,
      stream: (prompt, turn = {}) => converse(toMessages(prompt), turn, id),
      generate: (prompt, turn = {}) => collect(converse(toMessages(prompt), turn, id)),
      messages: async () => (await (await services()).threads()).messages(LOCAL, id),
    }),
    stream: (prompt, turn = {}) => converse(toMessages(prompt), turn),
    generate: (prompt, turn = {}) => collect(converse(toMessages(prompt), turn)),

    async *chat({ tools, serverTools = [], retrieve, ...request }: ChatRequest, { signal } = {}) {
      const known = options.tools ?? []
      const unknown = serverTools.find((name) => !known.some((tool) => tool.name === name))
      if (unknown !== undefined) return yield { type: 'error', error: noSuchTool(unknown, known).toJSON() }
      yield* (await services()).turn(
        {
          ...request,
          clientTools: tools,
          tools: known.filter(({ name }) => serverTools.includes(name)),
          retrieve: retrieve ? await knowledge(retrieve) : undefined,
        },
        signal,
      )
    },

    async embed(texts, embedOptions) {
      const { model: _, ...embeddings } = await runtime.embeddings(undefined, texts, embedOptions)
      return embeddings
    },
    async embeddings(name, texts, embedOptions) {
      const model = await (await services()).models.embedder(name)
      if (!model) throw new RtError({ code: 'unsupported', message: 'this runtime has no embedder (embed: false).' })
      const root = (await (await services()).telemetry()).span('request')
      const attributes = {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.provider.name': 'rt',
        'gen_ai.request.model': model.id,
      }
      try {
        return await withSpan(root, `embeddings ${model.id}`, attributes, async (span) => {
          const result = await model.embed(texts, { ...embedOptions, span })
          span.set({ 'gen_ai.usage.input_tokens': result.tokens, 'rt.local': true })
          return { ...result, model: model.id }
        })
      } finally {
        root.end()
      }
    },

    async ingest(paths, ingestOptions) {
      if (options.readOnly) throw (await import('./services.ts')).readOnlyError()
      return (await services()).ingest(paths, ingestOptions)
    },
    async search(query, { k = 5, collection = KNOWLEDGE, signal } = {}) {
      return (await services()).retrieve(collection, query, { k, signal })
    },
    collection: async (name, stamp) => (await (await services()).vectors()).collection(name, stamp),
    models: async () => (await services()).models.list(),
    health: () => health,

    trace: {
      last: async () => (await flushed()).last(),
      get: async (id) => (await flushed()).get(id),
      list: async (listOptions) => (await flushed()).list(listOptions),
    },

    warm,

    fetch: async (request) => (await app()).fetch(request),
    async serve({
      allowedHosts,
      apiKeys = process.env['RT_API_KEY'] ? [process.env['RT_API_KEY']] : undefined,
      port = Number(process.env['RT_PORT'] ?? 4141),
      ...serveOptions
    } = {}) {
      const { serve } = await import('@rt/server/node')
      // The port first; the app behind it with the first request or right after, whichever is sooner.
      const served = once(() => app({ allowedHosts, apiKeys }))
      const lazy = {
        keyed: apiKeys !== undefined,
        fetch: async (request: Request, env?: AppEnv) => (await served()).fetch(request, env),
        warm: async () => (await served()).warm(),
      }
      const server = await serve(lazy, { port, ...serveOptions })
      await owner?.setAddress(server.address)
      warm().catch((error) => (health = { status: 'degraded', detail: toRtError(error).message }))
      return server
    },

    close,
    [Symbol.asyncDispose]: close,
  }

  /** The reader, after what is buffered was written. */
  const flushed = async () => {
    const { telemetry, traces } = await services()
    await (await telemetry()).flush()
    return traces()
  }

  return runtime
}

const toMessages = (prompt: string | Message[]): Message[] =>
  typeof prompt === 'string' ? [createMessage('user', prompt)] : prompt

const own = async (data: string): Promise<Owner> => {
  await prepareFolder(data)
  return acquireOwner({ folder: data })
}

const noSuchTool = (name: string, known: { name: string }[]): RtError =>
  new RtError({
    code: 'tool_not_found',
    message: `this server has no tool "${name}".`,
    hint: known.length ? `Tools: ${known.map((tool) => tool.name).join(', ')}.` : 'It has none.',
  })
