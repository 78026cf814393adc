import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createFakeKeys } from '../../__fixtures__/fake-keys.ts'
import { createFakePorts } from '../../__fixtures__/fake-ports.ts'
import { type AppOptions, createApp } from '../../index.ts'
import { serve } from '../../node/index.ts'
import { connectClient } from './__fixtures__/connect-client.ts'
import { createFakeMcpPort } from './__fixtures__/fake-mcp-port.ts'
import { MOST_SESSIONS } from './sessions.ts'

const KEYS = {
  'rt-ada': { principal: 'key_ada', scope: 'chat' },
  'rt-bob': { principal: 'key_bob', scope: 'chat' },
  'rt-bob-admin': { principal: 'key_bob', scope: 'admin' },
} as const

const open = (options: AppOptions = {}) => {
  const mcp = createFakeMcpPort()
  const app = createApp({ ...createFakePorts(), mcp }, options)
  return { mcp, app }
}
const keyed = (options: AppOptions = {}) => open({ keys: createFakeKeys(KEYS), ...options })

const rpc = (message: unknown, headers: Record<string, string> = {}, method = 'POST'): Request =>
  new Request('http://127.0.0.1:4141/mcp', {
    method,
    headers: {
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    ...(method === 'POST' && { body: typeof message === 'string' ? message : JSON.stringify(message) }),
  })
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
}
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('sessions', () => {
  const begin = async (app: ReturnType<typeof createApp>, headers: Record<string, string> = {}): Promise<string> => {
    const response = await app.fetch(rpc(INITIALIZE, headers))
    await response.text()
    return response.headers.get('mcp-session-id')!
  }
  const listed = async (app: ReturnType<typeof createApp>, id: string, headers: Record<string, string> = {}) => {
    const response = await app.fetch(rpc(LIST, { 'mcp-session-id': id, ...headers }))
    await response.text()
    return response.status
  }

  it('have ids of 128 random bits', async () => {
    const { app } = open()
    const ids = [await begin(app), await begin(app)]
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('are not there for another key, nor for the same one with other rights', async () => {
    const { app } = keyed()
    const id = await begin(app, bearer('rt-bob'))
    expect(await listed(app, id, bearer('rt-bob'))).toBe(200)
    for (const key of ['rt-ada', 'rt-bob-admin']) {
      expect(await listed(app, id, bearer(key))).toBe(404)
      const others = ['GET', 'DELETE'].map((method) => rpc('', { 'mcp-session-id': id, ...bearer(key) }, method))
      for (const other of others) expect((await app.fetch(other)).status).toBe(404)
    }
    expect(await listed(app, id, bearer('rt-bob'))).toBe(200)
  })

  it('end with DELETE, and what runs in them is stopped', async () => {
    const { app, mcp } = open()
    const id = await begin(app)
    const call = await app.fetch(
      rpc({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'wait' } }, { 'mcp-session-id': id }),
    )
    const signal = await mcp.waiting
    expect((await app.fetch(rpc('', { 'mcp-session-id': id }, 'DELETE'))).status).toBe(200)
    expect(signal.aborted).toBe(true)
    await call.body?.cancel()
    expect(await listed(app, id)).toBe(404)
  })

  it('end after half an hour without a request, and not while an answer is read', async () => {
    const clock = createFakeClock()
    const { app } = open({ clock })
    const [idle, reading] = [await begin(app), await begin(app)]
    const stream = await app.fetch(rpc('', { 'mcp-session-id': reading }, 'GET'))
    await clock.advance(29 * 60_000)
    expect(await listed(app, idle)).toBe(200)
    await clock.advance(29 * 60_000)
    expect(await listed(app, idle)).toBe(200)
    await clock.advance(30 * 60_000)
    expect(await listed(app, idle)).toBe(404)
    expect(await listed(app, reading)).toBe(200)
    await stream.body?.cancel()
    await clock.advance(30 * 60_000)
    expect(await listed(app, reading)).toBe(404)
  })

  it('are so many a key: the one longest unused makes room, and nobody else is touched', async () => {
    const clock = createFakeClock()
    const { app } = keyed({ clock })
    const ada = bearer('rt-ada')
    const bobs = await begin(app, bearer('rt-bob'))
    const ids: string[] = []
    for (let i = 0; i < MOST_SESSIONS; i++) {
      ids.push(await begin(app, ada))
      await clock.advance(1)
    }
    expect(await listed(app, ids[0]!, ada)).toBe(200)
    await begin(app, ada)
    expect(await listed(app, ids[1]!, ada)).toBe(404)
    expect(await listed(app, ids[0]!, ada)).toBe(200)
    expect(await listed(app, bobs, bearer('rt-bob'))).toBe(200)
  })

  it('are refused while all are in use', async () => {
    const { app } = open()
    const streams: Response[] = []
    for (let i = 0; i < MOST_SESSIONS; i++)
      streams.push(await app.fetch(rpc('', { 'mcp-session-id': await begin(app) }, 'GET')))
    const refused = await app.fetch(rpc(INITIALIZE))
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ error: { data: { code: 'overloaded' } } })
    await streams[0]!.body!.cancel()
    const admitted = await app.fetch(rpc(INITIALIZE))
    expect(admitted.status).toBe(200)
    await Promise.all([admitted, ...streams.slice(1)].map((response) => response.body!.cancel()))
  })

  it('begin with initialize only', async () => {
    const { app } = open()
    expect((await app.fetch(rpc(LIST))).status).toBe(400)
    expect((await app.fetch(rpc('', {}, 'GET'))).status).toBe(400)
    expect(await listed(app, 'f'.repeat(32))).toBe(404)
  })
})

describe('who may come in', () => {
  it('needs a key where there are any, and sees what is of that key', async () => {
    const { app } = keyed()
    expect((await app.fetch(rpc(INITIALIZE))).status).toBe(401)
    expect((await app.fetch(rpc(INITIALIZE, bearer('rt-eve')))).status).toBe(401)
    const [ada, bob] = await Promise.all([connectClient(app, { key: 'rt-ada' }), connectClient(app, { key: 'rt-bob' })])
    const threads = async ({ client }: typeof ada) =>
      (await client.listResources()).resources.flatMap(({ uri }) => (uri.includes('threads') ? [uri] : []))
    expect(await Promise.all([ada, bob].map(threads))).toEqual([
      ['rt://threads/of%20key_ada'],
      ['rt://threads/of%20key_bob'],
    ])
    await expect(bob.client.readResource({ uri: 'rt://threads/of%20key_ada' })).rejects.toMatchObject({ code: -32602 })
    await Promise.all([ada, bob].map(({ client }) => client.close()))
  })

  it('is no page of another host, and nobody who was sent here under another name', async () => {
    const { app } = open()
    expect((await app.fetch(rpc(INITIALIZE, { origin: 'https://evil.example' }))).status).toBe(403)
    expect((await app.fetch(rpc(INITIALIZE, { host: 'evil.example' }))).status).toBe(403)
  })

  it('may be a page that is listed, which can read the id of its session', async () => {
    const origin = 'http://localhost:6274'
    const { app } = open({ allowedOrigins: [origin] })
    const response = await app.fetch(rpc(INITIALIZE, { origin }))
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-expose-headers')).toContain('mcp-session-id')
    await response.text()
  })

  it('does not approve what another was asked', async () => {
    const { app } = keyed()
    const ask = async (key: string, params: object) => {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      }
      const request = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'drop', arguments: {}, ...params, _meta },
      }
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'drop' }
      const response = await app.fetch(rpc(request, { ...headers, ...bearer(key) }))
      return ((await response.json()) as { result: { resultType: string; requestState: string; content: object[] } })
        .result
    }
    const inputResponses = { approval: { action: 'accept', content: { allow: true } } }
    const { requestState } = await ask('rt-ada', {})
    expect(requestState).toMatch(/^[0-9a-f]{32}$/)
    expect(await ask('rt-bob', { inputResponses, requestState })).toMatchObject({ resultType: 'input_required' })
    expect(await ask('rt-ada', { inputResponses })).toMatchObject({ resultType: 'input_required' })
    expect(await ask('rt-ada', { inputResponses, requestState, arguments: { other: 1 } })).toMatchObject({
      resultType: 'input_required',
    })
    // A state counts once, whatever came of it.
    expect(await ask('rt-ada', { inputResponses, requestState })).toMatchObject({ resultType: 'input_required' })
    const again = await ask('rt-ada', {})
    expect(await ask('rt-ada', { inputResponses, requestState: again.requestState })).toMatchObject({
      content: [{ text: 'dropped' }],
    })
    expect(await ask('rt-ada', { inputResponses, requestState: again.requestState })).toMatchObject({
      resultType: 'input_required',
    })
  })
})

describe('bodies', () => {
  it.each([
    ['too large', JSON.stringify({ ...INITIALIZE, params: 'x'.repeat(2000) }), {}, 413],
    ['too deep', '['.repeat(200) + ']'.repeat(200), {}, 400],
    ['no JSON', '{', {}, 400],
    ['no message', '{"hello":1}', {}, 400],
    ['of another type', '{}', { 'content-type': 'text/plain' }, 415],
    ['packed', '{}', { 'content-encoding': 'gzip' }, 415],
  ])('%s are refused', async (_name, body, headers, status) => {
    const { app } = open({ maxBodyBytes: 1000 })
    const response = await app.fetch(rpc(body, headers))
    expect(response.status).toBe(status)
    await response.text()
  })

  it('come by POST, GET or DELETE', async () => {
    const response = await open().app.fetch(rpc('', {}, 'PUT'))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toContain('POST')
  })
})

describe('a connection that breaks', () => {
  it('goes on where it was: nothing is lost, and nothing comes twice', async () => {
    const { app, mcp } = open()
    let breaks = 2
    const resumed: string[] = []
    const { client } = await connectClient(app, {
      async fetch(request) {
        const from = request.headers.get('last-event-id')
        if (from !== null) resumed.push(from)
        const response = await app.fetch(request)
        return response.body && response.headers.get('content-type')?.includes('event-stream')
          ? new Response(
              breakAfter(response.body, /"progress":[13],/, () => breaks-- > 0),
              response,
            )
          : response
      },
    })
    const heard: number[] = []
    const result = client.callTool(
      { name: 'count' },
      {
        onprogress({ progress }) {
          heard.push(progress)
          if (progress % 2 === 0) for (const value of ['x', 'y']) mcp.step(progress < 6 ? value : undefined)
        },
      },
    )
    for (const value of ['a', 'b']) mcp.step(value)
    expect((await result).content).toMatchObject([{ text: 'y' }])
    expect(heard).toEqual([1, 2, 3, 4, 5, 6])
    expect(resumed.length).toBeGreaterThan(0)
    await client.close()
  })

  it('is told when what it missed is no longer kept', async () => {
    const { app } = open()
    const first = await app.fetch(rpc(INITIALIZE))
    await first.text()
    const id = first.headers.get('mcp-session-id')!
    const response = await app.fetch(rpc('', { 'mcp-session-id': id, 'last-event-id': '99' }, 'GET'))
    expect(response.status).toBe(400)
  })
})

describe('a listener that closes', () => {
  it('does not wait for streams that wait for nothing', async () => {
    const { app } = open()
    const server = await serve(app, { port: 0, drainMs: 60_000 })
    const url = `${server.address}/mcp`
    const first = await fetch(url, rpc(INITIALIZE))
    await first.text()
    const stream = await fetch(url, rpc('', { 'mcp-session-id': first.headers.get('mcp-session-id')! }, 'GET'))
    const [, text] = await Promise.all([server.close(), stream.text()])
    expect(text).toBe('')
  })
})

/** The same bytes, until an event matches: then the connection breaks, with that event delivered. */
const breakAfter = (
  body: ReadableStream<Uint8Array>,
  pattern: RegExp,
  mayBreak: () => boolean,
): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  let broken = false
  return new ReadableStream({
    async pull(controller) {
      if (broken) {
        controller.error(new Error('connection reset'))
        return reader.cancel()
      }
      const { done, value } = await reader.read()
      if (done) return controller.close()
      controller.enqueue(value)
      if (pattern.test(new TextDecoder().decode(value)) && mayBreak()) broken = true
    },
    cancel: () => reader.cancel(),
  })
}
