import type { Tool } from '@rt/core'
import type { ResolvedApp } from '../app/resolve-app.ts'
import type { RunRequest } from '../run-request.ts'
import type { Mcp } from './create-mcp.ts'

/** What MCP servers do for turns. */
export type McpTurns = Pick<Mcp, 'isTool' | 'tools' | 'find'>

export interface TurnToolsOptions {
  app: ResolvedApp
  mcp: McpTurns | undefined
  /** Names that may be used; undefined = all. */
  allow: string[] | undefined
  /** Of servers, which the agent or the client names. */
  named?: readonly string[] | undefined
  signal?: AbortSignal | undefined
}

/**
 * The tools of a turn: those it has, and those of MCP servers. Whoever may use all tools of the app may use all of the
 * servers, as they are at each step; otherwise there are those that are named.
 */
export const turnTools = async (
  base: Tool[],
  { app, mcp, allow, named = [], signal }: TurnToolsOptions,
): Promise<Pick<RunRequest, 'tools' | 'refresh' | 'warnings'>> => {
  if (!mcp) return { tools: base }
  const taken = new Set(base.map(({ name }) => name))
  const isFree = ({ name }: Tool): boolean => !taken.has(name) && (allow?.includes(name) ?? true)
  if (base === app.tools) {
    const { tools, warnings } = await mcp.tools(signal)
    const refresh = async (): Promise<Tool[]> => (await mcp.tools()).tools.filter(isFree)
    const found = tools.filter(isFree)
    return { tools: [...base, ...found], ...(found.length && { refresh }), ...(warnings.length && { warnings }) }
  }
  return { tools: named.length ? [...base, ...(await mcp.find(named, signal)).filter(isFree)] : base }
}
