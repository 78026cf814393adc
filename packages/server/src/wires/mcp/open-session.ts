import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { createSecretId } from '@rt/core'
import { createEventStore } from './event-store.ts'
import { createMcpServer } from './create-mcp-server.ts'
import type { McpContext } from './mcp-context.ts'
import type { Session, Sessions } from './sessions.ts'

/** How soon a client whose stream broke comes back. */
const RETRY_MS = 1000

/** A session that begins with its first request; one that is no `initialize` is refused by the transport, and nothing is kept. */
export const openSession = async (
  context: McpContext,
  { sessions, keepAliveMs }: { sessions: Sessions; keepAliveMs: number },
): Promise<Session> => {
  const server = createMcpServer(context)
  const transport = new WebStandardStreamableHTTPServerTransport({
    // 128 random bits.
    sessionIdGenerator: createSecretId,
    onsessioninitialized: (id) => sessions.add(id, session),
    eventStore: createEventStore(),
    retryInterval: RETRY_MS,
    keepAliveMs,
  })
  const session: Session = {
    identity: context.identity,
    fetch: (request, parsedBody) => transport.handleRequest(request, parsedBody === undefined ? {} : { parsedBody }),
    rest: () => transport.closeStandaloneSSEStream(),
    close: () => server.close(),
  }
  server.onclose = () => {
    if (transport.sessionId !== undefined) sessions.delete(transport.sessionId)
  }
  await server.connect(transport)
  return session
}
