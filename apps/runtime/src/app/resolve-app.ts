import { nearestNames, RtError, type Tool } from '@rt/core'
import type { Route } from '@rt/server'
import type { Runtime } from '../runtime.ts'
import type { Agent, App, AppFactory } from './define-app.ts'

/** An agent with its tools looked up. */
export interface ResolvedAgent extends Omit<Agent, 'tools'> {
  name: string
  tools: Tool[]
  /** Names of tools of MCP servers, which are looked up when it is asked. */
  serverTools?: string[]
}

export interface ResolvedApp {
  /** That turns and clients may use. */
  tools: Tool[]
  agents: ReadonlyMap<string, ResolvedAgent>
  routes: Record<string, Route>
}

export interface ResolveOptions {
  /** Tools of the runtime itself. */
  tools: Tool[]
  /** Names that may be used; undefined = all. */
  allow: string[] | undefined
  /** Whether a tool of this name would be one of an MCP server. Default: none is. */
  isServerTool?: (name: string) => boolean
  /** Those of these names that are built in. Default: none. */
  builtin?(names: string[]): Promise<Tool[]>
  rt: Runtime
}

const APP_KEYS = ['tools', 'agents', 'routes']
const AGENT_KEYS = ['description', 'model', 'system', 'tools', 'retrieve', 'maxOutputTokens', 'limits', 'durable']
const AGENT_NAME = /^[\p{L}\p{N}._-]{1,64}$/u

/**
 * Makes an app and checks all of it, so that a mistake is said at the start and not in the middle of an answer.
 *
 * @throws RtError `config_invalid` naming the tool, agent or key.
 */
export const resolveApp = async (
  given: App | AppFactory | undefined,
  { tools, allow, builtin, isServerTool = () => false, rt }: ResolveOptions,
): Promise<ResolvedApp> => {
  const app = (typeof given === 'function' ? await given({ rt }) : given) ?? {}
  checkKeys(app, 'the app', APP_KEYS)
  const own = onlyOnce([...tools, ...checkTools(app.tools ?? [], 'tools')])
  const wanted = allow?.filter((name) => !isServerTool(name))
  // A tool of the program takes the place of one of the same name.
  const others = wanted?.filter((name) => !own.some((tool) => tool.name === name)) ?? []
  const known = [...own, ...((await builtin?.(others)) ?? [])]
  const allowed = wanted ? wanted.map((name) => findTool(known, name, '[tools] allow')) : known
  const agents = Object.entries(app.agents ?? {}).map(([name, agent]) =>
    resolveAgent(name, agent, { known, allowed, allow, isServerTool }),
  )
  const { routes = {} } = app
  if (Object.keys(routes).length) (await import('@rt/server')).parseRoutes(routes)
  return { tools: allowed, agents: new Map(agents.map((agent) => [agent.name, agent])), routes }
}

interface AgentTools {
  known: Tool[]
  allowed: Tool[]
  allow: string[] | undefined
  isServerTool: (name: string) => boolean
}

const resolveAgent = (
  name: string,
  agent: Agent,
  { known, allowed, allow, isServerTool }: AgentTools,
): ResolvedAgent => {
  if (!AGENT_NAME.test(name))
    throw invalid(`"${name}" is no name for an agent.`, 'Use 1 to 64 letters, digits, ".", "_" or "-".')
  checkKeys(agent, `the agent "${name}"`, AGENT_KEYS)
  const where = `the agent "${name}"`
  const isOfServer = (one: string | Tool): one is string => typeof one === 'string' && isServerTool(one)
  const serverTools = agent.tools?.filter(isOfServer)
  const tools = agent.tools
    ?.filter((one) => !isOfServer(one))
    .map((tool) => (typeof tool === 'string' ? findTool(known, tool, where) : checkTools([tool], where)[0]!))
  const left = [...(tools ?? []), ...(serverTools ?? []).map((one) => ({ name: one }))].find(
    (tool) => allow && !allow.includes(tool.name),
  )
  if (left)
    throw invalid(
      `${where} uses the tool "${left.name}", which [tools] allow leaves out.`,
      'Add its name there, or remove it here.',
    )
  return {
    ...agent,
    name,
    tools: tools ? onlyOnce(tools) : allowed,
    ...(serverTools?.length && { serverTools: [...new Set(serverTools)] }),
  }
}

const onlyOnce = (tools: Tool[]): Tool[] => {
  const twice = tools.find(({ name }, index) => tools.findIndex((other) => other.name === name) < index)
  if (twice) throw invalid(`two tools are called "${twice.name}".`, 'Give each a name of its own.')
  return tools
}

const findTool = (known: Tool[], name: string, where: string): Tool => {
  const found = known.find((tool) => tool.name === name)
  if (found) return found
  const names = known.map((tool) => tool.name)
  const [near] = nearestNames(name, names)
  throw invalid(
    `${where} names the tool "${name}", which does not exist.`,
    `${near ? `Did you mean "${near}"? ` : ''}${names.length ? `Tools: ${names.join(', ')}.` : 'The app has no tools.'}`,
  )
}

const checkTools = (tools: unknown, where: string): Tool[] => {
  if (!Array.isArray(tools)) throw invalid(`${where} is no list of tools.`, 'Write: tools: [tool({ name, … })].')
  for (const [index, one] of tools.entries()) {
    const { name, execute, parse } = (one ?? {}) as Partial<Tool>
    if (typeof name !== 'string' || typeof execute !== 'function' || typeof parse !== 'function')
      throw invalid(
        `tool ${index + 1} of ${where} is no tool.`,
        'Make it with tool({ name, description, inputSchema, execute }).',
      )
  }
  return tools as Tool[]
}

const checkKeys = (value: object, what: string, keys: string[]): void => {
  if (typeof value !== 'object' || value === null) throw invalid(`${what} is no object.`, `Keys: ${keys.join(', ')}.`)
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown === undefined) return
  const [near] = nearestNames(unknown, keys)
  throw invalid(
    `"${unknown}" is not a key of ${what}.`,
    `${near ? `Did you mean "${near}"? ` : ''}Keys: ${keys.join(', ')}.`,
  )
}

const invalid = (message: string, hint: string): RtError => new RtError({ code: 'config_invalid', message, hint })
