import { join } from 'node:path'
import { type Approver, type LanguageModel, type Principal, RtError, type Tool } from '@rt/core'
import type { McpAsker, McpClient } from '@rt/tools/mcp'
import type { McpSettings } from '../config/settings.ts'
import { once } from '../once.ts'

export interface McpParts {
  settings: Record<string, McpSettings>
  /** The data folder: what is known of tools is kept there. */
  data: string
  /** The model that servers may ask. */
  model(options: { signal: AbortSignal; principal: Principal }): Promise<LanguageModel>
  /** Asks a person who is there. */
  approve?: Approver | undefined
  ask?: McpAsker | undefined
  /** Where logins are kept. Default: this user's data folder. */
  tokens?: string
}

export interface McpToolsNow {
  tools: Tool[]
  /** Servers whose tools are missing. */
  warnings: { id: string; message: string }[]
}

/** MCP servers of a runtime. Where none is set, nothing of it is loaded. */
export interface Mcp extends AsyncDisposable {
  /** Whether a tool of this name would be one of a server. */
  isTool(name: string): boolean
  tools(signal?: AbortSignal): Promise<McpToolsNow>
  /**
   * Tools by their names.
   *
   * @throws RtError `tool_not_found`, or why a server has none.
   */
  find(names: readonly string[], signal?: AbortSignal): Promise<Tool[]>
  client(): Promise<McpClient>
}

export const createMcp = ({ settings, data, model, approve, ask, tokens }: McpParts): Mcp => {
  const names = Object.keys(settings)
  const client = once(async () => {
    const [{ createFilePins, createMcpClient }, { toServers }] = await Promise.all([
      import('@rt/tools/mcp'),
      import('./to-servers.ts'),
    ])
    return createMcpClient({
      servers: toServers(settings, tokens === undefined ? {} : { tokens }),
      pins: createFilePins(pinsFolder(data)),
      model,
      ...(approve && { approve }),
      ...(ask && { ask }),
    })
  })
  const serverOf = (tool: string): string | undefined => names.find((name) => tool.startsWith(`${name}__`))

  return {
    isTool: (name) => serverOf(name) !== undefined,
    async tools(signal) {
      if (names.length === 0) return { tools: [], warnings: [] }
      const { tools, problems } = await (await client()).tools(signal && { signal })
      const warnings = problems.map(({ error: { message, hint } }) => ({
        id: 'mcp-server',
        message: hint ? `${message} ${hint}` : message,
      }))
      return { tools, warnings }
    },
    async find(wanted, signal) {
      const servers = new Set(wanted.map((name) => serverOf(name)!))
      const opened = await client()
      const found = await Promise.all([...servers].map((name) => opened.server(name).tools(signal && { signal })))
      return wanted.map((name) => {
        const tool = found.flat().find((one) => one.name === name)
        if (tool) return tool
        throw new RtError({
          code: 'tool_not_found',
          message: `the MCP server ${serverOf(name)} has no tool "${name}".`,
          hint: `rt mcp show ${serverOf(name)} lists its tools.`,
        })
      })
    },
    client,
    [Symbol.asyncDispose]: async () => (await client.peek()?.catch(() => undefined))?.[Symbol.asyncDispose](),
  }
}

/** Where is kept what was seen of tools. */
export const pinsFolder = (data: string): string => join(data, 'mcp')
