import { type Clock, RtError } from '@rt/core'
import type { AuthProvider, OAuthClientProvider } from '@modelcontextprotocol/client'
import type { Sdk } from '../load-sdk.ts'
import type { McpAddress } from '../options.ts'
import { createFlowLimit } from './flow-limit.ts'
import { fetchFor } from './fetch-for.ts'
import type { ServerTransport } from './server-transport.ts'

export interface HttpTransportOptions {
  name: string
  server: McpAddress
  sdk: Sdk
  clock: Clock
  auth: AuthProvider | OAuthClientProvider | undefined
  /** For other origins than the server's. */
  fetch: typeof fetch | undefined
}

/** A server elsewhere, over streamable HTTP: the official transport over a fetch that limits what comes. */
export const createHttpTransport = ({
  name,
  server,
  sdk,
  clock,
  auth,
  fetch: elsewhere,
}: HttpTransportOptions): ServerTransport => {
  const url = new URL(server.url)
  const spend = createFlowLimit(name, clock)
  let failure: RtError | undefined
  const limited = fetchFor({
    name,
    url: server.url,
    headers: server.headers,
    elsewhere,
    spend,
    onTooMuch: (error) => fail(error),
  })
  const inner = new sdk.StreamableHTTPClientTransport(url, {
    fetch: limited,
    ...(auth && { authProvider: auth }),
  })
  const fail = (error: RtError): void => {
    failure ??= error
    void inner.close()
  }
  return Object.defineProperties(inner, {
    failure: { get: () => failure },
    fail: { value: fail },
  }) as unknown as ServerTransport
}

/** An RtError for what `fetch` and the transport throw. */
export const httpError = (name: string, url: string, error: unknown, sdk: Sdk): RtError => {
  const { origin } = new URL(url)
  if (sdk.UnauthorizedError.isInstance(error) || (sdk.SdkHttpError.isInstance(error) && error.status === 401))
    return new RtError({
      code: 'unauthorized',
      message: `the MCP server ${name} (${origin}) asks for a login.`,
      hint: `Run: rt mcp login ${name}. For a server with a fixed token: token = "env:NAME" in [mcp.${name}].`,
      data: { server: name },
      cause: error,
    })
  const status = sdk.SdkHttpError.isInstance(error) ? error.status : undefined
  return new RtError({
    code: 'mcp_unavailable',
    message:
      status === undefined
        ? `the MCP server ${name} (${origin}) could not be reached.`
        : `the MCP server ${name} (${origin}) answered with HTTP ${status}.`,
    hint: `Check url of [mcp.${name}], and whether the server runs.`,
    data: { server: name, ...(status !== undefined && { status }) },
    cause: error,
  })
}
