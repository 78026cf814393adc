import { type Clock, LOCAL, type Principal, RtError, type Tool } from '@rt/core'
import type { McpClientOptions, McpServerOptions } from './options.ts'
import { approvedPins, compareTools, changedError, type KnownTool } from './pins/compare-tools.ts'
import { readDefinitions } from './pins/read-definitions.ts'
import type { ToolDefinition } from './pins/tool-definition.ts'
import { createMemoryPins } from './pins/tool-pins.ts'
import type { McpPrompt, McpPromptMessage, McpResource, McpResourceContent, McpToolInfo } from './server-types.ts'
import { createSession, type Session } from './session.ts'
import { toBlock, toResource, toResult } from './tool/to-result.ts'
import { DEFAULT_TIMEOUT_MS, toTool } from './tool/to-tool.ts'

export interface McpCallOptions {
  signal?: AbortSignal
  /** Default `local`. */
  principal?: Principal
}

/** One server. Nothing of it runs before the first thing it is asked. */
export interface McpServer extends AsyncDisposable {
  readonly name: string
  readonly state: Session['state']
  /** Why it last failed. */
  readonly failure: RtError | undefined
  /**
   * What models may call. A server that was used before is not started for it: it shows what was agreed to.
   *
   * @throws RtError `mcp_unavailable`, `unauthorized`, `tool_timeout`.
   */
  tools(options?: McpCallOptions): Promise<Tool[]>
  /** Whether it is known to have resources. */
  hasResources(): Promise<boolean>
  /** Each tool as it is now, and as it was agreed to. Starts the server. */
  inspect(options?: McpCallOptions): Promise<McpToolInfo[]>
  /** Agrees to tools as they are now. Default: all. Returns their names. */
  approve(names?: readonly string[], options?: McpCallOptions): Promise<string[]>
  resources(options?: McpCallOptions): Promise<McpResource[]>
  read(uri: string, options?: McpCallOptions): Promise<McpResourceContent[]>
  prompts(options?: McpCallOptions): Promise<McpPrompt[]>
  prompt(name: string, args?: Record<string, string>, options?: McpCallOptions): Promise<McpPromptMessage[]>
}

export interface CreateServerOptions {
  name: string
  server: McpServerOptions
  shared: McpClientOptions
  clock: Clock
}

export const createServer = ({ name, server, shared, clock }: CreateServerOptions): McpServer => {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = server
  const pins = shared.pins ?? createMemoryPins()
  /** As it was last told; undefined = not since it was started or said that it changed. */
  let listed: Promise<{ tools: Map<string, KnownTool>; offered: ToolDefinition[] }> | undefined
  const session = createSession({ name, server, shared, clock, timeoutMs, onStale: () => (listed = undefined) })
  const never = new AbortController().signal
  const use: Session['use'] = (options, work) => session.use(options, work)
  const by = ({ signal = never, principal = LOCAL }: McpCallOptions = {}) => ({ signal, principal })

  const unasked = ({ signal = never }: McpCallOptions = {}): Signal => ({ signal })

  const isShown = (tool: string): boolean =>
    (server.allow?.includes(tool) ?? true) && !(server.deny?.includes(tool) ?? false)

  const offered = ({ signal }: Signal): Promise<{ definitions: ToolDefinition[]; resources: boolean }> =>
    use({ signal }, async ({ client }, request) => {
      const { tools } = await client.listTools(undefined, { ...request, cacheMode: 'refresh' })
      return {
        definitions: readDefinitions(name, tools),
        resources: client.getServerCapabilities()?.resources !== undefined,
      }
    })
  const list = async (options: Signal) => {
    const now = await offered(options)
    const known = await pins.read(name)
    const { tools, pinned, isNew } = compareTools(known, now.definitions, now.resources)
    if (isNew) await pins.write(name, pinned)
    return { tools, offered: now.definitions }
  }
  /** Of a server that runs: asked once, until it says that it changed. */
  const listing = async (options: Signal) => {
    for (;;) {
      const asked = (listed ??= list(options))
      try {
        const found = await asked
        // It was started, or changed, while it was asked.
        if (listed === asked || listed === undefined) {
          listed = asked
          return found
        }
      } catch (error) {
        if (listed === asked) listed = undefined
        throw error
      }
    }
  }

  const call = async (
    tool: string,
    args: unknown,
    context: { signal: AbortSignal; principal: Principal },
    report: (progress: { progress: number; total?: number; message?: string }) => void,
  ): Promise<unknown> => {
    // What it is now is asked before it runs: it may have been started since the model was shown it.
    let known = (await listing(context)).tools.get(tool)
    if (known?.changed) {
      // A person may have agreed to it meanwhile, in another process.
      listed = undefined
      known = (await listing(context)).tools.get(tool)
    }
    if (!known)
      throw new RtError({
        code: 'tool_not_found',
        message: `the MCP server ${name} has no tool ${tool} any more.`,
        data: { server: name, tool },
      })
    if (known.changed) throw changedError(name, tool, known.changed)
    const result = await use(context, ({ client }, request) =>
      client.callTool(
        { name: tool, arguments: args as Record<string, unknown> },
        { ...request, onprogress: ({ progress, total, message }) => report(progressOf(progress, total, message)) },
      ),
    )
    return toResult(name, tool, result)
  }

  const toTools = (known: Map<string, KnownTool>): Tool[] =>
    Array.from(known).flatMap(([tool, one]) => {
      if (!isShown(tool)) return []
      try {
        return [toTool({ server: name, options: server, known: one, call })]
      } catch (error) {
        // A schema no model can be given: the others are of use all the same, and `inspect` says why.
        if (RtError.isInstance(error)) return []
        throw error
      }
    })

  return {
    name,
    get state() {
      return session.state
    },
    get failure() {
      return session.failure
    },
    async tools(options) {
      const known = session.state === 'running' ? undefined : await pins.read(name)
      if (!known) return toTools((await listing(by(options))).tools)
      return toTools(
        new Map(
          Object.entries(known.tools).map(([tool, { definition, late = false }]) => [tool, { definition, late }]),
        ),
      )
    },
    hasResources: async () => (await pins.read(name))?.resources === true,
    async inspect(options) {
      const { tools, offered: now } = await listing(by(options))
      return now.map((definition): McpToolInfo => {
        const { definition: agreed, changed, late } = tools.get(definition.name)!
        return {
          name: definition.name,
          shown: isShown(definition.name),
          now: definition,
          ...(changed ? { agreed, changed } : {}),
          ...(late && { late: true }),
        }
      })
    },
    async approve(names, options) {
      const now = await offered(by(options))
      const unknown = names?.find((one) => !now.definitions.some((definition) => definition.name === one))
      if (unknown !== undefined)
        throw new RtError({
          code: 'not_found',
          message: `the MCP server ${name} has no tool ${JSON.stringify(unknown)}.`,
          hint: `It has: ${now.definitions.map((definition) => definition.name).join(', ')}.`,
        })
      // What cannot be read is what is being mended.
      const known = await pins.read(name).catch(() => undefined)
      await pins.write(name, approvedPins(known, now.definitions, { names, resources: now.resources }))
      listed = undefined
      return names ? [...names] : now.definitions.map((definition) => definition.name)
    },
    resources: (options) =>
      use(unasked(options), async ({ client }, request) => {
        if (!client.getServerCapabilities()?.resources) return []
        const [{ resources }, { resourceTemplates }] = await Promise.all([
          client.listResources(undefined, request),
          client.listResourceTemplates(undefined, request).catch(() => ({ resourceTemplates: [] })),
        ])
        return [
          ...resources.map(({ uri, name: title, description, mimeType }) =>
            resourceOf({ uri, title, description, mimeType }),
          ),
          ...resourceTemplates.map(({ uriTemplate, name: title, description, mimeType }) =>
            resourceOf({ uriTemplate, title, description, mimeType }),
          ),
        ]
      }),
    read: (uri, options) =>
      use(by(options), async ({ client }, request) => {
        const { contents } = await client.readResource({ uri }, request)
        return contents.map((content) => toResource(content) as McpResourceContent)
      }),
    prompts: (options) =>
      use(unasked(options), async ({ client }, request) => {
        if (!client.getServerCapabilities()?.prompts) return []
        const { prompts } = await client.listPrompts(undefined, request)
        return prompts.map(({ name: id, description, arguments: args = [] }) => ({
          name: id,
          ...(description !== undefined && { description }),
          arguments: args.map((one) => ({ name: one.name, required: one.required === true })),
        }))
      }),
    prompt: (id, args, options) =>
      use(by(options), async ({ client }, request) => {
        const { messages } = await client.getPrompt({ name: id, ...(args && { arguments: args }) }, request)
        return messages.map(({ role, content }) => ({ role, content: toBlock(content) as McpPromptMessage['content'] }))
      }),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

interface Signal {
  signal: AbortSignal
}

const progressOf = (progress: number, total: number | undefined, message: string | undefined) => ({
  progress,
  ...(total !== undefined && { total }),
  ...(message !== undefined && { message }),
})

const resourceOf = ({
  title,
  description,
  mimeType,
  ...place
}: {
  uri?: string
  uriTemplate?: string
  title: string
  description: string | undefined
  mimeType: string | undefined
}): McpResource => ({
  ...place,
  name: title,
  ...(description !== undefined && { description }),
  ...(mimeType !== undefined && { mimeType }),
})
