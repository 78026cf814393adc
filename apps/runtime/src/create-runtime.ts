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
  throwIfAborted,
  toRtError,
  withSpan,
} from '@rt/core'
import { acquireOwner, type Owner } from '@rt/node/sqlite'
import type { App, AppEnv, AppOptions } from '@rt/server'
import type { RunningServer } from '@rt/server/node'
import { failSafe } from './fail-safe.ts'
import { dataFolder, prepareFolder } from './folders.ts'
import { once } from './once.ts'
import type { RunRequest } from './run-request.ts'
import { KNOWLEDGE, type Runtime, type RuntimeOptions, type Thread, type TurnOptions } from './runtime.ts'
import type { Services } from './services.ts'
import { toPort } from './to-port.ts'

const SYSTEM = 'You are a helpful assistant. Answer in one short sentence.'
const DEFAULT_PORT = 4141
/** A small model does not always find an end: without a limit it repeats itself until the context is full. */
const LONGEST_ANSWER = 1024
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
  const closing = new AbortController()
  const servers = new Set<RunningServer>()
  const opened = once(async () => {
    const { createServices } = await import('./services.ts')
    return createServices(data, options, closing.signal)
  })
  /** After close nothing is opened again: the folder may belong to another by then. */
  const services = async (): Promise<Services> => {
    throwIfAborted(closing.signal)
    return opened()
  }
  const app = async (appOptions: AppOptions = {}): Promise<App> => {
    const { createApp } = await import('@rt/server')
    return createApp(runtime, { allowedHosts: options.allowedHosts, ...appOptions })
  }
  const mounted = once(() => app())

  /** The collection to retrieve from; by default ours, when there is anything in it. */
  const knowledge = async (wanted: boolean | string | undefined): Promise<string | undefined> => {
    if (wanted === false) return undefined
    if (typeof wanted === 'string') return wanted
    const collections = await (await (await services()).vectors()).list()
    return collections.some(({ name, count }) => name === KNOWLEDGE && count > 0) ? KNOWLEDGE : undefined
  }

  const converse = (messages: Message[], turn: TurnOptions, thread?: string): AsyncIterable<StreamPart> =>
    failSafe(async () => {
      const { signal, retrieve, system = options.system ?? SYSTEM, sampling, tools = options.tools, ...rest } = turn
      const request: RunRequest = {
        ...rest,
        principal: LOCAL,
        thread,
        tools,
        messages,
        system,
        maxOutputTokens: rest.maxOutputTokens ?? LONGEST_ANSWER,
        sampling: { ...GREEDY, ...sampling },
        retrieve: await knowledge(retrieve),
      }
      return (await services()).turn(request, signal)
    })

  let health: HealthReport = { status: 'loading' }
  const setHealth = (next: HealthReport): void => {
    if (health.status !== 'draining') health = next
  }

  const warm = once(async () => {
    const { models, embedder } = await services()
    const [, found] = await Promise.all([models.pick(undefined), embedder()])
    if (options.embed === false || found) setHealth({ status: 'ok' })
    else setHealth({ status: 'degraded', detail: (await import('./services.ts')).NO_EMBEDDER.message })
  })

  const close = once(async () => {
    setHealth({ status: 'draining' })
    process.off('beforeExit', closeAtEnd)
    await Promise.all(Array.from(servers, (server) => server.close({ drainMs: 0 })))
    closing.abort(new RtError({ code: 'shutting_down', message: 'this runtime was closed.' }))
    await disposeAll([owner, await opened.peek()?.catch(() => undefined)])
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

    chat: ({ tools, serverTools = [], retrieve, ...request }: ChatRequest, { signal } = {}) =>
      failSafe(async () => {
        const known = options.tools ?? []
        const unknown = serverTools.find((name) => !known.some((tool) => tool.name === name))
        if (unknown !== undefined) throw noSuchTool(unknown, known)
        const run: RunRequest = {
          ...request,
          clientTools: tools,
          tools: known.filter(({ name }) => serverTools.includes(name)),
          retrieve: retrieve ? await knowledge(retrieve) : undefined,
        }
        return (await services()).turn(run, signal)
      }),

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
      const { passages } = await (await services()).retrieve(collection, query, { principal: LOCAL, k, signal })
      return passages
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

    fetch: async (request) => (await mounted()).fetch(request),
    async serve({
      allowedHosts = options.allowedHosts,
      apiKeys = process.env['RT_API_KEY'] ? [process.env['RT_API_KEY']] : undefined,
      port = portOfEnvironment() ?? DEFAULT_PORT,
      ...serveOptions
    } = {}) {
      throwIfAborted(closing.signal)
      const { serve } = await import('@rt/server/node')
      // The port first; the app behind it with the first request or right after, whichever is sooner.
      const served = once(() => app({ allowedHosts, apiKeys }))
      const lazy = {
        keyed: apiKeys !== undefined,
        fetch: async (request: Request, env?: AppEnv) => (await served()).fetch(request, env),
        warm: async () => (await served()).warm(),
      }
      const server = await serve(lazy, { port, ...serveOptions })
      servers.add(server)
      await owner?.setAddress(server.address)
      // After whoever waits for the address has it: what this loads keeps the thread busy.
      setImmediate(() => warm().catch((error) => setHealth({ status: 'degraded', detail: toRtError(error).message })))
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

/** `RT_PORT`. Undefined when it is not set. */
const portOfEnvironment = (): number | undefined => {
  const value = process.env['RT_PORT']
  if (!value) return undefined
  const port = toPort(value)
  if (port !== undefined) return port
  throw new RtError({ code: 'config_invalid', message: `RT_PORT is "${value}".`, hint: 'It must be 0 to 65535.' })
}

const noSuchTool = (name: string, known: { name: string }[]): RtError =>
  new RtError({
    code: 'tool_not_found',
    message: `this server has no tool "${name}".`,
    hint: known.length ? `Tools: ${known.map((tool) => tool.name).join(', ')}.` : 'It has none.',
  })
