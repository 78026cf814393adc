import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type ListToolsResult,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Approval, JsonValue, ServedOutcome, ServedTool } from '@rt/core'
import type { McpContext } from '../mcp-context.ts'
import { page } from '../page.ts'

type McpTool = ListToolsResult['tools'][number]

export const listTools = async (
  { port, identity }: McpContext,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ListToolsResult> => {
  const { items, nextCursor } = page(await port.tools(identity, { signal }), ({ name }) => name, cursor)
  return { tools: items.map(toMcp), ...(nextCursor !== undefined && { nextCursor }) }
}

const toMcp = ({ name, description, parameters, outputSchema, ...tool }: ServedTool): McpTool => ({
  name,
  description,
  inputSchema: parameters as McpTool['inputSchema'],
  ...(outputSchema && { outputSchema }),
  annotations: annotationsOf(tool),
})

/** Without labels nothing is said: the protocol then takes the worst for granted. */
const annotationsOf = ({
  sideEffects,
  idempotent,
  untrusted,
}: Pick<ServedTool, 'sideEffects' | 'idempotent' | 'untrusted'>): McpTool['annotations'] => ({
  ...(sideEffects && {
    readOnlyHint: !sideEffects.some((effect) => effect !== 'network'),
    destructiveHint: sideEffects.includes('destructive'),
    openWorldHint: untrusted === true || sideEffects.includes('network'),
  }),
  ...(idempotent !== undefined && { idempotentHint: idempotent }),
})

export interface CallParams {
  name: string
  arguments?: Record<string, unknown> | undefined
  _meta?: { progressToken?: string | number | undefined } | undefined
}

/** A call that needs a person asks the client's user, where the client can; and is then made again with the answer. */
export const callTool = async (
  context: McpContext,
  server: Server,
  { name, arguments: args = {}, _meta }: CallParams,
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> => {
  const { port, identity, approvals } = context
  const { signal } = ctx.mcpReq
  const canAsk = canElicit(server, ctx)
  const hash = approvals.take(ctx.mcpReq.requestState<string>(), identity)
  const said = hash === undefined ? undefined : answerOf(ctx)
  const progress = createProgress(ctx, _meta?.progressToken)
  const outcome = await port.call(
    {
      name,
      arguments: args as JsonValue,
      identity,
      canAsk,
      ...(said && { decision: { ...said, hash: hash! } }),
    },
    {
      signal,
      onProgress: progress.report,
      onWarning: (warning) => progress.send(() => ctx.mcpReq.log('warning', warning, 'rt')),
    },
  )
  await progress.sent()
  if (outcome.type === 'approval')
    return inputRequired({
      inputRequests: { [ASKED]: inputRequired.elicit(question(outcome.request)) },
      requestState: approvals.open(outcome.request.hash, identity),
    })
  return toResult(server, outcome)
}

const ASKED = 'approval'
const SHOWN = 2000

const question = ({ name, arguments: args, reason }: Extract<ServedOutcome, { type: 'approval' }>['request']) => {
  const text = JSON.stringify(args)
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)} … (${text.length - SHOWN} more characters)` : text
  return {
    message: `May ${name} run with ${shown}? It is asked because: ${reason}.`,
    requestedSchema: {
      type: 'object' as const,
      properties: { allow: { type: 'boolean' as const, title: `Run ${name}`, default: false } },
      required: ['allow'],
    },
  }
}

/** Whatever is not a clear yes is a no. */
const answerOf = (ctx: ServerContext): Approval | undefined => {
  const response = inputResponse(ctx.mcpReq.inputResponses, ASKED)
  if (response.kind === 'missing') return undefined
  const approved = response.kind === 'elicit' && response.action === 'accept' && response.content?.['allow'] === true
  return { approved, ...(!approved && { reason: 'the user of the client did not allow it' }) }
}

/** Told with the request, or when the connection began; `{}` is the older way to say "forms". */
const canElicit = (server: Server, ctx: ServerContext): boolean => {
  const envelope = ctx.mcpReq.envelope as { [key: string]: unknown } | undefined
  const told = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
  const elicitation = (told ?? server.getClientCapabilities())?.elicitation
  return elicitation !== undefined && (elicitation.form !== undefined || Object.keys(elicitation).length === 0)
}

const toResult = (
  server: Server,
  { result, isError, outputSchema }: Extract<ServedOutcome, { type: 'result' }>,
): CallToolResult => {
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  const content: CallToolResult['content'] = [{ type: 'text', text }]
  if (isError) return { content, isError: true }
  if (!outputSchema) return { content }
  return server.projectCallToolResult({ content, structuredContent: result }, outputSchema)
}

/** Sends what comes while a call runs, in its order. A client that has gone hears nothing, and the call goes on. */
const createProgress = (ctx: ServerContext, progressToken: string | number | undefined) => {
  let count = 0
  let last: Promise<unknown> = Promise.resolve()
  const send = (work: () => Promise<void>): void => {
    last = last.then(work).catch(() => {})
  }
  return {
    send,
    report(value: JsonValue): void {
      if (progressToken === undefined) return
      const progress = ++count
      const message = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, SHOWN)
      send(() => ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }))
    },
    sent: () => last,
  }
}
