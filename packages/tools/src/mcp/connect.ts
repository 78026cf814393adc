import type { Client } from '@modelcontextprotocol/client'
import { pathToFileURL } from 'node:url'
import { type Clock, RtError, withTimeout } from '@rt/core'
import { createAuthProvider } from './auth/auth.ts'
import type { Sdk } from './load-sdk.ts'
import type { McpClientOptions, McpServerOptions } from './options.ts'
import type { Callers } from './requests/callers.ts'
import { elicit } from './requests/elicit.ts'
import { sample } from './requests/sample.ts'
import { createHttpTransport } from './transport/http-transport.ts'
import type { ServerTransport } from './transport/server-transport.ts'
import { createStdioTransport } from './transport/stdio-transport.ts'
import { toMcpError } from './to-mcp-error.ts'
import { cleanText } from './tool/clean-text.ts'

const DEFAULT_START_MS = 30_000
/** How long a program may be silent to what only servers of the newest protocol understand. */
const PROBE_MS = 5_000
const MAX_LOG = 2_000

export interface ConnectOptions {
  name: string
  server: McpServerOptions
  shared: McpClientOptions
  sdk: Sdk
  clock: Clock
  callers: Callers
  /** The list of tools is not what it was. */
  onChanged: () => void
  signal: AbortSignal
}

export interface Connection {
  client: Client
  transport: ServerTransport
}

/**
 * Starts or reaches a server and agrees with it on a protocol: the newest, else the one with `initialize`.
 *
 * @throws RtError `mcp_unavailable`, `unauthorized`.
 */
export const connect = async (options: ConnectOptions): Promise<Connection> => {
  const { name, server, clock, signal } = options
  const ms = server.startTimeoutMs ?? DEFAULT_START_MS
  let open: ServerTransport | undefined
  try {
    return await withTimeout(
      async (limit) => {
        const attempt = async (isLegacy: boolean): Promise<Connection> => {
          open = await openTransport(options)
          const client = createClient(options, Math.min(PROBE_MS, ms / 3))
          await client.connect(open, { timeout: ms, signal: limit, ...(isLegacy && { prior: { kind: 'legacy' } }) })
          return { client, transport: open }
        }
        try {
          return await attempt(false)
        } catch (error) {
          // Some older programs end at the first word they do not know.
          if (!('command' in server) || !endedByItself(open) || limit.aborted) throw error
          return await attempt(true)
        }
      },
      { ms, signal, clock, error: () => slow(name, ms) },
    )
  } catch (error) {
    const { failure } = open ?? {}
    void open?.close()
    throw toMcpError(error, { ...options, failure, signal })
  }
}

/** Not for want of the program, and not because it sent too much. */
const endedByItself = (transport: ServerTransport | undefined): boolean => {
  const code = transport?.failure?.data?.['code']
  return typeof code === 'number' && code !== 127
}

const openTransport = async ({ name, server, shared, sdk, clock }: ConnectOptions): Promise<ServerTransport> => {
  if ('command' in server) return createStdioTransport({ name, server, sdk, clock })
  const auth = await createAuthProvider({ name, server, sdk })
  return createHttpTransport({ name, server, sdk, clock, auth, fetch: shared.fetch })
}

const createClient = ({ name, server, shared, sdk, callers, onChanged }: ConnectOptions, probeMs: number): Client => {
  const { ask, onLog } = shared
  const samples = shared.model !== undefined && server.sampling !== 'deny'
  const client = new sdk.Client(
    { name: 'rt', version: '1' },
    {
      capabilities: {
        ...(server.roots && { roots: {} }),
        ...(samples && { sampling: {} }),
        ...(ask && { elicitation: { form: {}, url: {} } }),
      },
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: probeMs } },
      // A refresh at once would be work that a server can ask for as often as it likes.
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged } },
      // Schemas of others are compiled by ours, under limits.
      jsonSchemaValidator: {
        getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
      },
    },
  )
  if (server.roots) {
    const roots = server.roots.map((path) => ({ uri: pathToFileURL(path).href }))
    client.setRequestHandler('roots/list', () => ({ roots }))
  }
  if (samples)
    client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq: { signal } }) => {
      const principal = callers.asked(name, 'an answer of the model')
      return sample(params, { server: name, options: server, shared, principal, signal })
    })
  if (ask)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq: { signal } }) => {
      const principal = callers.asked(name, 'an answer of a person')
      return elicit(params, { server: name, ask, principal, signal })
    })
  if (onLog)
    client.setNotificationHandler('notifications/message', ({ params: { level, data } }) => {
      onLog(name, level, cleanText(typeof data === 'string' ? data : JSON.stringify(data), MAX_LOG))
    })
  // Out of band, and told again by whatever fails because of it; a transport that ended says why by itself.
  client.onerror = (error) => {
    if (process.env['RT_DEBUG']) process.stderr.write(`mcp ${name}: ${error.message}\n`)
  }
  return client
}

const slow = (name: string, ms: number): RtError =>
  new RtError({
    code: 'mcp_unavailable',
    message: `the MCP server ${name} did not say within ${ms} ms what it can, and was stopped.`,
    hint: 'A first start may fetch packages: run its command once by hand, or raise start_timeout.',
    data: { server: name, timeoutMs: ms },
  })
