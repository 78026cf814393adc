import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { expect, onTestFinished, test } from 'vitest'
import { runTool } from '../__fixtures__/fake.ts'
import { type GuardedServer, startGuardedServer, tokenFor } from '../__fixtures__/guarded-server.ts'
import { createMcpClient, createTokenFile, loginToMcp, type McpAddress, type TokenStore } from '../index.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'rt-mcp-'))
const { signal } = new AbortController()

const whoami = async (server: McpAddress, more: object = {}): Promise<unknown> => {
  const client = createMcpClient({ servers: { g: server }, ...more })
  onTestFinished(() => client[Symbol.asyncDispose]())
  const { tools, problems } = await client.tools()
  if (problems[0]) throw problems[0].error
  return (await runTool(tools[0]!)).result
}
/** A browser with a person who agrees. */
const agree = async (page: string): Promise<void> => void (await fetch(page))
const login = async (
  { url }: GuardedServer,
  tokens: TokenStore,
  open = agree,
  more: object = {},
): Promise<McpAddress> => {
  const server: McpAddress = { url, auth: { type: 'oauth', tokens } }
  await loginToMcp({ name: 'g', server, open, signal, ...more })
  return server
}

test('a login in the browser: code with PKCE, tokens in a file of this user alone, sent with each request', async () => {
  const guarded = await startGuardedServer()
  const place = await folder()
  const server = await login(guarded, createTokenFile(place, guarded.url))
  expect(await whoami(server)).toBe('token-1')
  const [file] = await readdir(place)
  expect((await stat(join(place, file!))).mode & 0o777).toBe(0o600)
  const token = guarded.seen.find(({ path }) => path === '/token')!
  expect(new URLSearchParams(token.body).get('resource')).toBe(guarded.url)
})

test('without a login the error says how to log in', async () => {
  const { url } = await startGuardedServer()
  const tokens = createTokenFile(await folder(), url)
  const expected = { code: 'unauthorized', hint: expect.stringContaining('rt mcp login g') }
  await expect(whoami({ url, auth: { type: 'oauth', tokens } })).rejects.toMatchObject(expected)
  await expect(whoami({ url })).rejects.toMatchObject(expected)
})

test('a token that is over is renewed once; a login that is over asks for another', async () => {
  const guarded = await startGuardedServer()
  const server = await login(guarded, createTokenFile(await folder(), guarded.url))
  guarded.tokens.splice(0, 1, 'token-2')
  expect(await whoami(server)).toBe('token-2')
  const over = await startGuardedServer({
    tokens: ['none'],
    first: (request, response) => {
      if (request.url !== '/token') return false
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}')
      return true
    },
  })
  const tokens = createTokenFile(await folder(), over.url)
  await tokens.write({
    tokens: { access_token: 'old', token_type: 'Bearer', refresh_token: 'r' },
    client: { client_id: 'c' },
  })
  await expect(whoami({ url: over.url, auth: { type: 'oauth', tokens } })).rejects.toMatchObject({
    code: 'unauthorized',
    hint: expect.stringContaining('rt mcp login g'),
  })
})

test('a token for somebody else is neither kept nor sent', async () => {
  const guarded = await startGuardedServer({ tokens: [tokenFor('https://other.test/mcp')] })
  const place = await folder()
  const tokens = createTokenFile(place, guarded.url)
  await expect(login(guarded, tokens)).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('https://other.test/mcp'),
  })
  expect((await tokens.read())?.tokens).toBeUndefined()
  await tokens.write({ tokens: { access_token: guarded.tokens[0]!, token_type: 'Bearer' } })
  await expect(whoami({ url: guarded.url, auth: { type: 'oauth', tokens } })).rejects.toMatchObject({
    code: 'unauthorized',
  })
  expect(guarded.seen.some(({ headers }) => headers.authorization?.includes(guarded.tokens[0]!))).toBe(false)
})

test('a token with our own audience is taken', async () => {
  const guarded = await startGuardedServer()
  guarded.tokens[0] = tokenFor(['api', guarded.url])
  expect(await whoami(await login(guarded, createTokenFile(await folder(), guarded.url)))).toBe(guarded.tokens[0])
  guarded.tokens[0] = tokenFor([guarded.origin])
  expect(await whoami(await login(guarded, createTokenFile(await folder(), guarded.url)))).toBe(guarded.tokens[0])
})

test('the login of one server is nothing to another, also when its file is put there', async () => {
  const [one, two] = [await startGuardedServer(), await startGuardedServer()]
  const place = await folder()
  await login(one, createTokenFile(place, one.url))
  const theirs = createTokenFile(place, two.url)
  expect(await theirs.read()).toBeUndefined()
  await theirs.write({})
  const [a, b] = await readdir(place)
  const texts = await Promise.all([a!, b!].map((file) => readFile(join(place, file), 'utf8')))
  const [own] = texts.filter((text) => text.includes('token-1'))
  for (const file of [a!, b!]) await writeFile(join(place, file), own!)
  expect(await theirs.read()).toBeUndefined()
})

test('a state that is not ours, and a refusal, log nobody in', async () => {
  const guarded = await startGuardedServer()
  const tokens = createTokenFile(await folder(), guarded.url)
  const refuse = async (page: string): Promise<void> => {
    const asked = new URL(page).searchParams
    const back = (query: object): Promise<Response> =>
      fetch(`${asked.get('redirect_uri')}?${new URLSearchParams({ ...query })}`)
    expect((await back({ code: 'code-1', state: 'theirs' })).status).toBe(404)
    expect((await back({ code: 'code-1' })).status).toBe(404)
    await back({ error: 'access_denied', state: asked.get('state')! })
  }
  await expect(login(guarded, tokens, refuse)).rejects.toMatchObject({
    code: 'unauthorized',
    message: 'the login was refused: access_denied.',
  })
  expect((await tokens.read())?.tokens).toBeUndefined()
})

test('a person who gives up ends the waiting', async () => {
  const guarded = await startGuardedServer()
  const leave = new AbortController()
  const open = (): void => leave.abort()
  await expect(
    login(guarded, createTokenFile(await folder(), guarded.url), open as never, { signal: leave.signal }),
  ).rejects.toMatchObject({ code: 'aborted' })
})

test('addresses that the server names are guarded, and get none of its headers', async () => {
  const issuer = await startGuardedServer()
  const guarded = await startGuardedServer({ issuer: issuer.origin })
  const tokens = createTokenFile(await folder(), guarded.url)
  const server: McpAddress = { url: guarded.url, headers: { 'x-key': 'secret' }, auth: { type: 'oauth', tokens } }
  const log = (more: object): Promise<void> => loginToMcp({ name: 'g', server, open: agree, signal, ...more })
  await expect(log({})).rejects.toMatchObject({ code: 'forbidden' })
  expect(issuer.seen).toEqual([])
  await log({ fetch })
  expect(issuer.seen.length).toBeGreaterThan(2)
  expect(issuer.seen.every(({ headers }) => headers['x-key'] === undefined)).toBe(true)
  expect(guarded.seen.some(({ headers }) => headers['x-key'] === 'secret')).toBe(true)
})

test('a redirect to another origin is not followed, and takes no token along', async () => {
  const other = await startGuardedServer()
  const { url } = await startGuardedServer({
    first: (_, response) => {
      response.writeHead(307, { location: other.url }).end()
      return true
    },
  })
  await expect(whoami({ url, auth: { type: 'bearer', token: 'token-1' } })).rejects.toMatchObject({
    code: 'mcp_unavailable',
  })
  expect(other.seen).toEqual([])
})

test('a token of the configuration', async () => {
  const { url } = await startGuardedServer()
  expect(await whoami({ url, auth: { type: 'bearer', token: 'token-1' } })).toBe('token-1')
  await expect(whoami({ url, auth: { type: 'bearer', token: 'wrong' } })).rejects.toMatchObject({
    code: 'unauthorized',
  })
})

test('client credentials go to the authorization server they were made for, and to no other', async () => {
  const guarded = await startGuardedServer()
  const auth = { type: 'client-credentials', clientId: 'me', clientSecret: 'hush' } as const
  expect(await whoami({ url: guarded.url, auth: { ...auth, issuer: guarded.origin } })).toBe('token-1')
  const before = guarded.seen.filter(({ path }) => path === '/token').length
  await expect(whoami({ url: guarded.url, auth: { ...auth, issuer: 'https://mine.test' } })).rejects.toSatisfy(
    RtError.isInstance,
  )
  expect(guarded.seen.filter(({ path }) => path === '/token')).toHaveLength(before)
})
