import { randomBytes } from 'node:crypto'
import { abortable, RtError } from '@rt/core'
import { loadSdk } from '../load-sdk.ts'
import type { McpAddress } from '../options.ts'
import { createFlowLimit } from '../transport/flow-limit.ts'
import { unrefClock } from '@rt/node/process'
import { fetchFor } from '../transport/fetch-for.ts'
import { startCallbackServer } from './callback-server.ts'
import { createOAuthProvider } from './oauth-provider.ts'

export interface LoginOptions {
  name: string
  /** With `auth` of type `oauth`. */
  server: McpAddress
  /** Shows a person the page where they agree. */
  open: (url: string) => void | Promise<void>
  signal: AbortSignal
  /** For addresses the server names. Default: only what is public may be reached. */
  fetch?: typeof fetch
}

/**
 * Logs in at a server in a browser: authorization code with PKCE, back to a port of this machine. The tokens are kept in
 * the store of its `auth`.
 *
 * @throws RtError `unauthorized`, `invalid_request`, `aborted`.
 */
export const loginToMcp = async ({ name, server, open, signal, fetch: elsewhere }: LoginOptions): Promise<void> => {
  const { auth, url } = server
  if (auth?.type !== 'oauth')
    throw new RtError({
      code: 'invalid_request',
      message: `the MCP server ${name} has no login: it has a token, or none.`,
    })
  const sdk = await loadSdk()
  const state = randomBytes(24).toString('base64url')
  await using callback = await startCallbackServer(state)
  const spend = createFlowLimit(name, unrefClock)
  const fetchFn = fetchFor({ name, url, headers: server.headers, elsewhere, spend, onTooMuch: () => {} })
  const provider = createOAuthProvider({
    url,
    ...auth,
    redirectUrl: callback.url,
    state,
    redirect: async (page) => {
      // Anything else could run a program.
      if (!/^https?:$/.test(page.protocol)) throw refused(name, `its login page is ${page.protocol}`)
      await open(page.href)
    },
  })
  const log = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      return await abortable(work, signal)
    } catch (error) {
      throw RtError.isInstance(error) ? error : refused(name, String((error as Error)?.message ?? error), error)
    }
  }
  const challenge = await log(fetchFn(url, { headers: { accept: 'text/event-stream' }, signal }))
  const { resourceMetadataUrl, scope } = sdk.extractWWWAuthenticateParams(challenge as Response)
  const common = {
    serverUrl: url,
    fetchFn,
    ...(resourceMetadataUrl && { resourceMetadataUrl }),
    ...((auth.scope ?? scope) !== undefined && { scope: auth.scope ?? scope! }),
  }
  await log(sdk.auth(provider, common))
  const { code, iss } = await abortable(callback.answer, signal)
  await log(sdk.auth(provider, { ...common, authorizationCode: code, ...(iss !== undefined && { iss }) }))
}

const refused = (name: string, why: string, cause?: unknown): RtError =>
  new RtError({ code: 'unauthorized', message: `the login at the MCP server ${name} failed: ${why}`, cause })
