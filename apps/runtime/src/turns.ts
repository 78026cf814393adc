import { type ChatRequest, LOCAL, RtError, type Tool, type TurnRequest } from '@rt/core'
import type { ResolvedAgent, ResolvedApp } from './app/resolve-app.ts'
import type { Settings } from './config/settings.ts'
import { type McpTurns, turnTools } from './mcp/turn-tools.ts'
import type { RunRequest } from './run-request.ts'

/** What a request leaves open is filled in from the agent it names, the settings and the app; the rest by `fillIn`. */
export interface Turns {
  /** A turn of this program or of its operator: with our instructions, tools and knowledge unless it says otherwise. */
  own(request: TurnRequest, tools?: Tool[], signal?: AbortSignal): Promise<RunRequest>
  /** A request of a client: it stays plain but for what it asks for, and what the agent it names brings. */
  client(request: ChatRequest, signal?: AbortSignal): Promise<RunRequest>
}

export interface TurnParts {
  settings: Pick<Settings, 'system' | 'retrieve' | 'tools'>
  app: ResolvedApp
  mcp?: McpTurns
  /** The collection to retrieve from; `true` = ours, when there is anything in it. */
  knowledge(wanted: boolean | string): Promise<string | undefined>
}

export const createTurns = ({ settings, app, mcp, knowledge }: TurnParts): Turns => ({
  async own({ retrieve, ...request }, tools, signal) {
    const agent = agentOf(app, request.model)
    return {
      ...request,
      principal: LOCAL,
      model: agent ? agent.model : request.model,
      ...(await turnTools(tools ?? agent?.tools ?? app.tools, {
        app,
        mcp,
        allow: settings.tools,
        named: tools ? [] : agent?.serverTools,
        signal,
      })),
      system: request.system ?? agent?.system ?? settings.system,
      maxOutputTokens: request.maxOutputTokens ?? agent?.maxOutputTokens,
      limits: { ...agent?.limits, ...request.limits },
      durable: request.durable ?? agent?.durable ?? false,
      isOwn: true,
      retrieve: await knowledge(retrieve ?? agent?.retrieve ?? settings.retrieve),
    }
  },
  async client({ tools, serverTools = [], retrieve, ...request }, signal) {
    const agent = agentOf(app, request.model)
    const [ofServers, ofApp] = partition(serverTools, (name) => mcp?.isTool(name) === true)
    const wanted = [...(agent?.tools ?? []), ...ofApp.map((name) => toolOf(app, name))]
    const isAll = agent?.tools === app.tools
    return {
      ...request,
      ...(agent && {
        model: agent.model,
        system: agent.system,
        maxOutputTokens: request.maxOutputTokens ?? agent.maxOutputTokens,
        limits: agent.limits,
        durable: agent.durable,
        isOwn: true,
      }),
      clientTools: tools,
      ...(await turnTools(isAll ? app.tools : [...new Set(wanted)], {
        app,
        mcp,
        allow: settings.tools,
        named: [...new Set([...(agent?.serverTools ?? []), ...ofServers])],
        signal,
      })),
      retrieve: await knowledge(retrieve ?? agent?.retrieve ?? false),
    }
  },
})

const partition = <T>(all: T[], test: (one: T) => boolean): [T[], T[]] => [
  all.filter(test),
  all.filter((one) => !test(one)),
]

const agentOf = (app: ResolvedApp, model: string | undefined): ResolvedAgent | undefined =>
  model === undefined ? undefined : app.agents.get(model)

const toolOf = (app: ResolvedApp, name: string): Tool => {
  const found = app.tools.find((tool) => tool.name === name)
  if (found) return found
  throw new RtError({
    code: 'tool_not_found',
    message: `this server has no tool "${name}".`,
    hint: app.tools.length ? `Tools: ${app.tools.map((tool) => tool.name).join(', ')}.` : 'It has none.',
  })
}
