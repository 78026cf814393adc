import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface GuardedServer {
  /** Of the MCP server. */
  url: string
  origin: string
  /** Every request: method, path, headers. */
  seen: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[]
  /** Tokens that are taken from now on; the first is given out next. */
  tokens: string[]
}

export interface GuardedServerOptions {
  /** Origin of the authorization server. Default: its own. */
  issuer?: string
  tokens?: string[]
  /** Answers before anything else does: true = it did. */
  first?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** An MCP server behind a login, and the authorization server for it, on one port of this machine. */
export const startGuardedServer = async (options: GuardedServerOptions = {}): Promise<GuardedServer> => {
  const seen: GuardedServer['seen'] = []
  const tokens = options.tokens ?? ['token-1']
  let challenge = ''
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, origin)
    const body = await text(request)
    seen.push({ method: request.method!, path: pathname, headers: request.headers, body })
    if (options.first?.(request, response)) return
    const json = (status: number, value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    const issuer = options.issuer ?? origin
    if (pathname.startsWith('/.well-known/oauth-protected-resource'))
      return json(200, { resource: `${origin}/mcp`, authorization_servers: [issuer] })
    if (pathname.startsWith('/.well-known/'))
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      })
    if (pathname === '/register') return json(201, { ...(JSON.parse(body) as object), client_id: 'client-1' })
    if (pathname === '/authorize') {
      challenge = searchParams.get('code_challenge') ?? ''
      const back = new URL(searchParams.get('redirect_uri')!)
      back.search = new URLSearchParams({ code: 'code-1', state: searchParams.get('state')! }).toString()
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (pathname === '/token') {
      const form = new URLSearchParams(body)
      const isCode = form.get('grant_type') === 'authorization_code'
      const verified = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') === challenge
      if (isCode && !(verified && form.get('code') === 'code-1')) return json(400, { error: 'invalid_grant' })
      return json(200, { access_token: tokens[0], token_type: 'Bearer', refresh_token: 'refresh-1', expires_in: 3600 })
    }
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined || !tokens.includes(token))
      return json(401, {}, { 'www-authenticate': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"` })
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = JSON.parse(body) as { id?: number; method: string; params?: Record<string, unknown> }
    if (id === undefined) return void response.writeHead(202).end()
    const answer = (result: unknown): void => json(200, { jsonrpc: '2.0', id, result })
    if (method === 'initialize')
      return answer({ protocolVersion: params!['protocolVersion'], capabilities: { tools: {} }, serverInfo: { name: 'guarded', version: '1' } })
    if (method === 'tools/list') return answer({ tools: [{ name: 'whoami', inputSchema: { type: 'object' } }] })
    if (method === 'tools/call') return answer({ content: [{ type: 'text', text: token }] })
    return json(200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `${origin}/mcp`, origin, seen, tokens }
}

/** A JWT for an audience, unsigned: whoever it is for is read, not believed. */
export const tokenFor = (audience: string | string[]): string =>
  ['{}', JSON.stringify({ aud: audience }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
