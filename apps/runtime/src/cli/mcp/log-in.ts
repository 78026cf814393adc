import { RtError } from '@rt/core'
import type { McpAddress } from '@rt/tools/mcp'
import { toServers } from '../../mcp/to-servers.ts'
import type { CommandContext } from '../command.ts'
import { mcpSettings, settingsNamed } from './open-mcp.ts'

const addressOf = async (context: CommandContext, name: string): Promise<McpAddress> => {
  const settings = settingsNamed(await mcpSettings(context), name)
  const server = toServers({ [name]: settings })[name]!
  if ('url' in server && server.auth?.type === 'oauth') return server
  throw new RtError({
    code: 'invalid_request',
    message: `the MCP server ${name} has no login.`,
    hint: 'url' in server ? 'Its token or secret stands in config.toml.' : 'It is a program of this machine.',
  })
}

/** Logs in at a server: the page is printed, a person opens it where their browser is. */
export const logIn = async (context: CommandContext, name: string): Promise<void> => {
  const server = await addressOf(context, name)
  const { loginToMcp } = await import('@rt/tools/mcp')
  const open = (page: string): void => void process.stderr.write(` open this page and agree:\n   ${page}\n`)
  await loginToMcp({ name, server, open, signal: context.signal })
  process.stdout.write(` logged in at ${name}\n`)
}

export const logOut = async (context: CommandContext, name: string): Promise<void> => {
  const { auth } = await addressOf(context, name)
  if (auth?.type === 'oauth') await auth.tokens.delete()
  process.stdout.write(` logged out of ${name}: its tokens are deleted here\n`)
}
