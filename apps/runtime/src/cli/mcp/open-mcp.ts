import { nearestNames, RtError } from '@rt/core'
import type { McpServer } from '@rt/tools/mcp'
import { loadConfig } from '../../config/load-config.ts'
import type { McpSettings } from '../../config/settings.ts'
import { createMcp } from '../../mcp/create-mcp.ts'
import { type CommandContext, text } from '../command.ts'
import { findData } from '../find-data.ts'

/** The servers that are set, by name. */
export const mcpSettings = async ({ flags, signal }: CommandContext): Promise<Record<string, McpSettings>> => {
  const options = { config: text(flags['config']), env: process.env, cwd: process.cwd() }
  const { settings } = await loadConfig({}, { ...options, trust: flags['trust'] === true, signal })
  return settings.mcp
}

/** @throws RtError `not_found`, with those there are. */
export const settingsNamed = (all: Record<string, McpSettings>, name: string): McpSettings => {
  if (Object.hasOwn(all, name)) return all[name]!
  const names = Object.keys(all)
  const [near] = nearestNames(name, names)
  throw new RtError({
    code: 'not_found',
    message: `no MCP server is named ${JSON.stringify(name)}.`,
    hint: near
      ? `Did you mean ${near}?`
      : names.length
        ? `There are: ${names.join(', ')}.`
        : `Write one into config.toml: [mcp.${/^\w+$/.test(name) ? name : 'files'}] with command or url.`,
  })
}

/** Works with one server, which ends with the work. Nobody is asked anything meanwhile, and it gets no model. */
export const withServer = async <T>(
  context: CommandContext,
  name: string,
  work: (server: McpServer) => Promise<T>,
): Promise<T> => {
  const settings = await mcpSettings(context)
  const one = settingsNamed(settings, name)
  await using mcp = createMcp({
    settings: { [name]: { ...one, sampling: 'deny' } },
    data: await findData(context.flags),
    model: async () => {
      throw new RtError({ code: 'forbidden', message: 'this command answers no questions of servers.' })
    },
  })
  return await work((await mcp.client()).server(name))
}
