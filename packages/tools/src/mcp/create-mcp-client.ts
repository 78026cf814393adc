import { disposeAll, nearestNames, RtError, type Tool } from '@rt/core'
import { unrefClock } from '@rt/node/process'
import type { McpClientOptions } from './options.ts'
import { createMemoryPins } from './pins/tool-pins.ts'
import { resourceTools } from './resource-tools.ts'
import { createServer, type McpCallOptions, type McpServer } from './server.ts'
import { checkServerName } from './tool/tool-name.ts'

export interface McpTools {
  tools: Tool[]
  /** Servers whose tools are missing, and why. */
  problems: { server: string; error: RtError }[]
}

/** The MCP servers of a program. */
export interface McpClient extends AsyncDisposable {
  readonly servers: readonly McpServer[]
  /** @throws RtError `not_found` naming those there are. */
  server(name: string): McpServer
  /** Tools of all servers, and two to read their resources. One that fails keeps nobody from the others. */
  tools(options?: McpCallOptions): Promise<McpTools>
}

/**
 * Makes the client of MCP servers: each is started, or reached, when it is first needed, and ends with this.
 *
 * @throws RtError `invalid_request` for a name, or for a server with neither or both of command and address.
 */
export const createMcpClient = (given: McpClientOptions): McpClient => {
  const options = { ...given, pins: given.pins ?? createMemoryPins() }
  const { clock = unrefClock } = options
  const servers = Object.entries(options.servers).map(([name, server]) => {
    checkServerName(name)
    const isCommand = 'command' in server
    if (isCommand === 'url' in server || (isCommand && server.command.length === 0))
      throw new RtError({
        code: 'invalid_request',
        message: `the MCP server ${name} has neither a command nor an address, or both.`,
        hint: 'Give `command`, a list of program and arguments, or `url`.',
      })
    return createServer({ name, server, shared: options, clock })
  })
  return {
    servers,
    server(name) {
      const found = servers.find((server) => server.name === name)
      if (found) return found
      const names = servers.map((server) => server.name)
      const [near] = nearestNames(name, names)
      throw new RtError({
        code: 'not_found',
        message: `no MCP server is named ${JSON.stringify(name)}.`,
        hint: near ? `Did you mean ${near}?` : names.length ? `There are: ${names.join(', ')}.` : 'There are none.',
      })
    },
    async tools(callOptions) {
      const problems: McpTools['problems'] = []
      const found = await Promise.all(
        servers.map((server) =>
          server.tools(callOptions).catch((error: unknown) => {
            if (callOptions?.signal?.aborted || !RtError.isInstance(error)) throw error
            problems.push({ server: server.name, error })
            return []
          }),
        ),
      )
      const readable = await Promise.all(servers.map((server) => server.hasResources().catch(() => false)))
      const withResources = servers.filter((_, index) => readable[index])
      return { tools: [...found.flat(), ...(withResources.length ? resourceTools(withResources) : [])], problems }
    },
    [Symbol.asyncDispose]: () => disposeAll(servers),
  }
}
