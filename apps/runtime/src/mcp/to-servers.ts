import { resolve } from 'node:path'
import { RtError } from '@rt/core'
import { userFolder } from '@rt/node/files'
import { createTokenFile, type McpAddress, type McpAuth, type McpServerOptions } from '@rt/tools/mcp'
import type { McpSettings } from '../config/settings.ts'
import { defined } from '../defined.ts'

export interface ToServersOptions {
  /** Where logins are kept. Default: this user's data folder. */
  tokens?: string
}

/**
 * What is set of each server, in the words of the client.
 *
 * @throws RtError `config_invalid`.
 */
export const toServers = (
  settings: Record<string, McpSettings>,
  { tokens = userFolder('data', 'rt', 'mcp-logins') }: ToServersOptions = {},
): Record<string, McpServerOptions> =>
  Object.fromEntries(Object.entries(settings).map(([name, server]) => [name, toServer(name, server, tokens)]))

const toServer = (name: string, settings: McpSettings, tokens: string): McpServerOptions => {
  const { command, cwd, env, url, headers, token: _, login: __, roots, ...common } = settings
  if ((command === undefined) === (url === undefined))
    throw invalid(`mcp.${name} has neither a command nor an address, or both.`, 'Give `command` or `url`.')
  const more = defined({ ...common, roots: roots?.map((folder) => resolve(folder)) })
  if (command) return { command, ...defined({ cwd, env }), ...more }
  if (!/^https?:$/.test(URL.parse(url!)?.protocol ?? ''))
    throw invalid(`mcp.${name}.url is ${JSON.stringify(url)}.`, 'It must be an address such as "https://host/mcp".')
  return { url, ...defined({ headers }), auth: toAuth(name, settings, tokens), ...more } as McpAddress
}

/** A server nobody said anything about may have been logged in to. */
const toAuth = (name: string, { url, token, login = {} }: McpSettings, tokens: string): McpAuth => {
  if (token !== undefined) return { type: 'bearer', token }
  const { flow, clientId, clientSecret, issuer, scope } = login
  const scoped = defined({ scope }) as { scope?: string }
  if (flow === 'client_credentials') {
    if (clientId === undefined || clientSecret === undefined || issuer === undefined)
      throw invalid(
        `mcp.${name}.login has the flow client_credentials, and not all it needs.`,
        'Give clientId, clientSecret and issuer.',
      )
    return { type: 'client-credentials', clientId, clientSecret, issuer, ...scoped }
  }
  const client = defined({ clientId, clientSecret }) as { clientId?: string; clientSecret?: string }
  return { type: 'oauth', tokens: createTokenFile(tokens, url!), ...client, ...scoped }
}

const invalid = (message: string, hint: string): RtError => new RtError({ code: 'config_invalid', message, hint })
