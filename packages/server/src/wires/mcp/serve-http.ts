import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server'
import { type Identity, type JsonValue, type McpPort, type SerializedRtError, toRtError } from '@rt/core'
import type { AppSettings } from '../../app-options.ts'
import { toWireError } from '../../errors/error-table.ts'
import { readJsonValue } from '../../middleware/read-json.ts'
import { createApprovals } from './approvals.ts'
import { createMcpServer } from './create-mcp-server.ts'
import type { McpContext } from './mcp-context.ts'
import { openSession } from './open-session.ts'
import { createSessions } from './sessions.ts'

/** What of a request is not in it. */
export interface McpRequest {
  identity: Identity
  toClient: (error: unknown) => SerializedRtError
  /** Fires when the client has gone, or the server can wait no longer. */
  signal: AbortSignal
  /** Fires when the server begins to close. */
  closing?: AbortSignal | undefined
  shutdown?: AbortSignal | undefined
}

export interface McpHttp {
  fetch(request: Request, about: McpRequest): Promise<Response>
}

/**
 * MCP over HTTP: the revision of 2026-07-28, where each request stands for itself, and those before it with sessions. One
 * endpoint for both; a request says which it means.
 */
export const createMcpHttp = (port: McpPort, settings: AppSettings): McpHttp => {
  const { clock, heartbeatMs: keepAliveMs } = settings
  const sessions = createSessions(clock)
  const approvals = createApprovals(clock)
  const contexts = new WeakMap<Request, McpContext>()
  const modern = createMcpHandler(({ requestInfo }) => createMcpServer(contexts.get(requestInfo!)!), {
    legacy: 'reject',
    keepAliveMs,
  })

  const watched = new WeakSet<AbortSignal>()
  /** Sessions outlive requests: a listener that closes ends them. */
  const watch = (signal: AbortSignal | undefined, work: () => void): void => {
    if (!signal || watched.has(signal)) return
    watched.add(signal)
    signal.addEventListener('abort', work, { once: true })
  }

  const answer = async (request: Request, body: JsonValue | undefined, about: McpRequest): Promise<Response> => {
    const { identity, toClient, signal, closing, shutdown } = about
    const context: McpContext = { port, identity, approvals, toClient }
    if (!(await isLegacyRequest(request, body))) {
      const signals = [signal, ...(isListening(body) && closing ? [closing] : [])]
      const { method, headers, url } = request
      const same = new Request(url, { method, headers, signal: AbortSignal.any(signals) })
      contexts.set(same, context)
      return modern.fetch(same, { parsedBody: body })
    }
    watch(closing, () => sessions.rest())
    watch(shutdown, () => void sessions.close())
    const id = request.headers.get('mcp-session-id')
    if (id !== null) {
      const session = sessions.find(id, identity)
      return session ? sessions.use(session, request, body) : NO_SESSION()
    }
    if (methodOf(body) !== 'initialize') return NO_ID()
    sessions.admit(identity)
    return sessions.use(await openSession(context, { sessions, keepAliveMs }), request, body)
  }

  return {
    async fetch(request, about) {
      try {
        const body = request.method === 'POST' ? await readJsonValue(request, settings) : undefined
        return await answer(request, body, about)
      } catch (error) {
        const { code, message, hint, retryable } = about.toClient(error)
        const { status } = toWireError(toRtError(error).toJSON())
        return rpcError(status, code === 'invalid_json' ? -32700 : -32600, hint ? `${message} ${hint}` : message, {
          code,
          retryable,
        })
      }
    },
  }
}

/** Its answer has no end of its own. */
const isListening = (body: JsonValue | undefined): boolean => methodOf(body) === 'subscriptions/listen'

/** Of a batch, the first. */
const methodOf = (body: JsonValue | undefined): unknown => {
  const message = Array.isArray(body) ? body[0] : body
  return typeof message === 'object' && message !== null && !Array.isArray(message) ? message['method'] : undefined
}

const NO_ID = (): Response =>
  rpcError(400, -32000, 'Mcp-Session-Id is missing. Begin with initialize, whose answer has it in a header.')

/** The same for a session of somebody else: whoever guesses ids learns nothing. */
const NO_SESSION = (): Response => rpcError(404, -32001, 'Session not found')

const rpcError = (status: number, code: number, message: string, data?: object): Response =>
  Response.json({ jsonrpc: '2.0', id: null, error: { code, message, ...(data && { data }) } }, { status })
