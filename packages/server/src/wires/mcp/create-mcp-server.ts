import { ProtocolError, Server, type ServerContext } from '@modelcontextprotocol/server'
import { complete } from './handlers/complete.ts'
import { getPrompt, listPrompts } from './handlers/prompt-handlers.ts'
import { listResources, listTemplates, readResource } from './handlers/resource-handlers.ts'
import { callTool, listTools } from './handlers/tool-handlers.ts'
import type { McpContext } from './mcp-context.ts'
import { protocolError } from './protocol-error.ts'

/** A server of the SDK for one caller: of one connection, or of one request where the protocol has none. */
export const createMcpServer = (context: McpContext): Server => {
  const server = new Server(
    { name: 'rt', title: 'rt', version: context.port.version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} },
      instructions:
        'Tools, documents, conversations and agents of an rt runtime. Search its documents before you answer about them.',
    },
  )
  /** What a handler throws is told as the client may see it. */
  const safe =
    <Request, Result>(handle: (request: Request, ctx: ServerContext) => Promise<Result>) =>
    async (request: Request, ctx: ServerContext): Promise<Result> => {
      try {
        return await handle(request, ctx)
      } catch (error) {
        if (error instanceof ProtocolError) throw error
        throw protocolError(context.toClient(error))
      }
    }
  server.setRequestHandler(
    'tools/list',
    safe(({ params }, ctx) => listTools(context, params?.cursor, ctx.mcpReq.signal)),
  )
  server.setRequestHandler(
    'tools/call',
    safe(({ params }, ctx) => callTool(context, server, params, ctx)),
  )
  server.setRequestHandler(
    'resources/list',
    safe(({ params }, ctx) => listResources(context, params?.cursor, ctx.mcpReq.signal)),
  )
  server.setRequestHandler('resources/templates/list', async () => listTemplates())
  server.setRequestHandler(
    'resources/read',
    safe(({ params }, ctx) => readResource(context, params.uri, ctx.mcpReq.signal)),
  )
  server.setRequestHandler(
    'prompts/list',
    safe(({ params }, ctx) => listPrompts(context, params?.cursor, ctx.mcpReq.signal)),
  )
  server.setRequestHandler(
    'prompts/get',
    safe(({ params }, ctx) => getPrompt(context, params, ctx.mcpReq.signal)),
  )
  server.setRequestHandler(
    'completion/complete',
    safe(({ params }, ctx) => complete(context, params, ctx.mcpReq.signal)),
  )
  return server
}
