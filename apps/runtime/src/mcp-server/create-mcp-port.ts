import {
  type CollectionOperations,
  type Guard,
  type Identity,
  LOCAL,
  type McpPort,
  nearestNames,
  RtError,
  type ServedOutcome,
  type Telemetry,
  type ThreadStore,
  type Tool,
  type ToolPolicy,
} from '@rt/core'
import type { Documents } from '@rt/memory'
import { callTool } from '@rt/tools'
import type { ResolvedApp } from '../app/resolve-app.ts'
import type { Knowledge } from '../knowledge.ts'
import { labelOf } from '../label-of.ts'
import { type McpTurns, turnTools } from '../mcp/turn-tools.ts'
import { version } from '../version.ts'
import { createCallSlots } from './call-slots.ts'
import { readDocument } from './read-document.ts'
import { createSearchTool } from './search-tool.ts'

export interface McpPortParts {
  app(): Promise<ResolvedApp>
  /** Tools of other servers are passed on. */
  servers?: McpTurns
  /** Names that may be used; undefined = all. */
  allow?: string[] | undefined
  documents(): Promise<Documents>
  collections: Pick<CollectionOperations, 'list' | 'records'>
  retrieve: Knowledge['retrieve']
  threads(): Promise<ThreadStore>
  telemetry(): Promise<Telemetry>
  /** What holds for calls of our own models holds for those of others. */
  policy: ToolPolicy
  guard?: Guard | undefined
}

/** What programs with models of their own may use of this runtime. */
export const createMcpPort = (parts: McpPortParts): McpPort => {
  const slots = createCallSlots()

  /** What a tool labelled `local-only` returns may not leave the machine, and nobody knows where the client's model is. */
  const tools = async (signal?: AbortSignal): Promise<Tool[]> => {
    const [app, collections] = await Promise.all([parts.app(), parts.collections.list()])
    const { tools: own = [] } = await turnTools(app.tools, { app, mcp: parts.servers, allow: parts.allow, signal })
    const search = createSearchTool(
      collections.map(({ name }) => name),
      parts.retrieve,
    )
    const served = own.filter(({ label }) => !label)
    return search && !served.some(({ name }) => name === search.name) ? [...served, search] : served
  }

  return {
    version,
    tools: async (_identity, { signal } = {}) => tools(signal),

    async call({ name, arguments: args, identity, canAsk, decision }, { signal, onProgress, onWarning } = {}) {
      const { principal } = identity
      const all = await tools(signal)
      const tool = all.find((one) => one.name === name)
      if (!tool)
        throw unknownTool(
          name,
          all.map((one) => one.name),
        )
      const telemetry = await parts.telemetry()
      const release = slots.take(principal)
      const span = telemetry.span('mcp tools/call', { 'rt.principal': principal })
      const { policy, guard } = parts
      try {
        const call = callTool(
          { tool, arguments: args, principal, policy, guard, canWait: canAsk, decision },
          { signal, span },
        )
        for await (const part of call) {
          if (part.type === 'tool-progress') onProgress?.(part.result)
          else if (part.type === 'warning') onWarning?.(part)
          else if (part.type === 'approval-request') return { type: 'approval', request: part }
          else if (part.type === 'tool-result') return part.label ? keptHere(name) : resultOf(part, tool)
        }
        throw new RtError({ code: 'internal', message: `the call of ${name} ended without a result.` })
      } catch (error) {
        span.end(error)
        throw error
      } finally {
        span.end()
        release()
      }
    },

    documents: async () => (await (await parts.documents()).list()).filter(({ label }) => !label),
    document: async (_identity, wanted, options) => readDocument(parts, wanted, options),

    async threads(identity, options) {
      return mayReadThreads(identity) ? (await parts.threads()).list(identity.principal, options) : []
    },
    async messages(identity, thread, options) {
      const found = mayReadThreads(identity)
        ? await (await parts.threads()).messages(identity.principal, thread, options)
        : []
      if (!found.length)
        throw new RtError({
          code: 'not_found',
          message: `there is no thread ${JSON.stringify(thread)} of this key.`,
          hint: 'resources/list names those there are.',
        })
      if (labelOf(found))
        throw new RtError({
          code: 'local_only',
          message: `the thread ${JSON.stringify(thread)} is local-only, and nobody knows where the model of an MCP client is.`,
          hint: 'Read it with rt threads.',
        })
      return found
    },

    agents: async () =>
      Array.from((await parts.app()).agents.values()).flatMap(({ name, description, system }) =>
        system === undefined ? [] : [{ name, ...(description !== undefined && { description }), instructions: system }],
      ),
  }
}

/** Threads of `local` are the operator's, also where chat needs no key; a stored key has its own. */
const mayReadThreads = ({ principal, scope }: Identity): boolean => scope === 'admin' || principal !== LOCAL

const resultOf = (
  { result, isError = false }: { result: Extract<ServedOutcome, { type: 'result' }>['result']; isError?: boolean },
  { outputSchema }: Tool,
): ServedOutcome => ({ type: 'result', result: withAdvice(result), isError, ...(!isError && { outputSchema }) })

/** A tool may say of a single result that it has to stay here. */
const keptHere = (name: string): ServedOutcome => ({
  type: 'result',
  result: {
    error: {
      code: 'local_only',
      message: `what ${name} found is local-only, and nobody knows where the model of an MCP client is.`,
    },
  },
  isError: true,
})

/** The model of the client cannot ask anybody, but it can say what would have to change. */
const withAdvice = (result: Extract<ServedOutcome, { type: 'result' }>['result']): typeof result => {
  const { error } = (typeof result === 'object' && result !== null && !Array.isArray(result) ? result : {}) as {
    error?: { code?: string; message?: string }
  }
  if (error?.code !== 'approval_required') return result
  return { error: { code: error.code, message: `${error.message} ${ADVICE}` } }
}

const ADVICE =
  'A client that can ask its user (MCP elicitation) is asked; else the operator of this rt may allow it by a rule.'

const unknownTool = (name: string, names: string[]): RtError => {
  const [near] = nearestNames(name, names)
  return new RtError({
    code: 'tool_not_found',
    message: `there is no tool ${JSON.stringify(name.slice(0, 100))}.`,
    hint: `${near === undefined ? '' : `Did you mean "${near}"? `}${names.length ? `Tools: ${names.join(', ')}.` : 'There are none.'}`,
  })
}
