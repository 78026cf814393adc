import { RtError } from '@rt/core'
import type { Hono } from 'hono'
import { clientError } from '../../errors/error-response.ts'
import { errorContext, type HonoEnv, requestSignal, type WireContext } from '../../middleware/app-context.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { requireKey } from '../../middleware/require-key.ts'
import type { McpHttp } from './serve-http.ts'

/** MCP over streamable HTTP, at one path. Its SDK is an optional package, loaded with the first request. */
export const mcpRoutes = (app: Hono<HonoEnv>, { ports: { mcp }, settings, identify }: WireContext): void => {
  if (!mcp) return
  let loading: Promise<McpHttp> | undefined
  const load = (): Promise<McpHttp> => {
    loading ??= import('./serve-http.ts').then(({ createMcpHttp }) => createMcpHttp(mcp, settings), missing)
    loading.catch(() => (loading = undefined))
    return loading
  }
  app.use('/mcp', requireKey(settings, identify), requireJson(settings))
  app.on(['GET', 'POST', 'DELETE'], '/mcp', async (c) => {
    const context = errorContext(c, settings)
    const { fetch } = await load()
    const response = await fetch(c.req.raw, {
      identity: c.get('identity'),
      toClient: (error) => clientError(error, context),
      signal: requestSignal(c),
      closing: c.env?.closing,
      shutdown: c.env?.shutdown,
    })
    if (c.req.header('origin') !== undefined) response.headers.set('access-control-expose-headers', EXPOSED)
    return response
  })
}

/** What a page has to read of an answer. */
const EXPOSED = 'mcp-session-id, mcp-protocol-version'

const missing = (cause: unknown): never => {
  throw new RtError({
    code: 'unsupported',
    message: 'MCP needs the package @modelcontextprotocol/server, which is not installed or does not load.',
    hint: 'Run: npm install @modelcontextprotocol/server',
    cause,
  })
}
