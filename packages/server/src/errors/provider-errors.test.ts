import { type ErrorCode, type JsonObject, RtError, type RtErrorOptions, type StreamPart } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createFakeOperations } from '../__fixtures__/fake-operations.ts'
import { chatBody, createFakePorts, type FakePorts, post } from '../__fixtures__/fake-ports.ts'
import { createApp, type ErrorBody, type NativeErrorBody } from '../index.ts'

/** What comes before a remote model has said anything. */
const CONTEXT: StreamPart = {
  type: 'context',
  context: { limit: 9, used: 1, by: { system: 0, tools: 0, memory: 0, retrieval: 0, history: 1 }, trimmed: [] },
}

/** A server whose one model fails so, before its first word or after it. */
const failing = (error: RtErrorOptions, before: StreamPart[] = []): FakePorts => {
  const last: StreamPart = { type: 'error', error: new RtError(error).toJSON() }
  const parts: StreamPart[] = [
    { type: 'step-start', step: 1 },
    CONTEXT,
    { type: 'warning', id: 'w', message: 'm' },
    ...before,
    last,
  ]
  const model = createScriptedModel({ id: 'anthropic/claude-x', answers: [{ parts }] })
  const ports = createFakePorts([], (request, signal) => model.stream(request, { signal }))
  ports.embeddings = async () => {
    throw new RtError(error)
  }
  const operations = createFakeOperations({
    turn: () => model.stream({ messages: [] }),
    search: async () => {
      throw new RtError(error)
    },
  })
  return Object.assign(ports, { operations })
}

const ADMIN = { authorization: 'Bearer t0' }
const TURN = { messages: [{ v: 1, id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] }

/** The same failure over every route that a model or an embedder stands behind. */
const ROUTES: [name: string, path: string, body: object][] = [
  ['a whole answer', '/v1/chat/completions', chatBody()],
  ['a stream', '/v1/chat/completions', chatBody({ stream: true })],
  ['embeddings', '/v1/embeddings', { input: 'x' }],
  ['the native API', '/rt/search', { query: 'x' }],
]

describe.each(ROUTES)('%s', (_name, path, body) => {
  const ask = async (error: RtErrorOptions) => {
    const app = createApp(failing(error), { localToken: 't0', onError: () => {} })
    const response = await app.fetch(post(path, body, ADMIN))
    return { response, body: (await response.json()) as ErrorBody & NativeErrorBody }
  }
  const provider = (more: JsonObject = {}): JsonObject => ({ provider: 'anthropic', ...more })

  it.each<[ErrorCode, JsonObject, number]>([
    ['rate_limited', provider({ status: 429 }), 429],
    ['overloaded', provider({ status: 529 }), 503],
    ['provider_error', provider({ status: 500 }), 502],
    ['network', provider(), 502],
    ['timeout', provider(), 504],
    ['engine_unavailable', {}, 503],
  ])('says %s as a status, and when to come back', async (code, data, status) => {
    const { response } = await ask({ code, message: 'm', data: { ...data, retryAfterMs: 1001 } })
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(response.headers.get('x-should-retry')).toBe('true')
  })

  it('waits a second where nobody said how long', async () => {
    const { response } = await ask({ code: 'rate_limited', message: 'm', data: provider() })
    expect(response.headers.get('retry-after')).toBe('1')
  })

  it.each<[ErrorCode, JsonObject, number]>([
    ['budget_exceeded', { per: 'key', every: 'day', limit: 5, spent: 5 }, 429],
    ['local_only', { route: 'chat' }, 403],
    ['rate_limited', provider({ status: 402 }), 429],
    ['model_not_found', provider({ status: 404 }), 404],
    ['invalid_request', provider({ status: 400 }), 400],
    ['context_overflow', provider({ status: 400 }), 400],
    ['unsupported', {}, 400],
    ['payload_too_large', provider({ status: 413 }), 413],
  ])('says %s as a status that is not asked again', async (code, data, status) => {
    const { response } = await ask({ code, message: 'm', data, retryable: false })
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBeNull()
    expect(response.headers.get('x-should-retry')).toBe('false')
  })

  it.each<[ErrorCode, JsonObject]>([
    ['unauthorized', provider({ status: 401 })],
    ['forbidden', provider({ status: 403 })],
    ['not_found', provider({ status: 404 })],
    ['unauthorized', { route: 'chat', legs: [] }],
  ])('tells %s of %j as a fault of the server, not of the client', async (code, data) => {
    const { response, body: said } = await ask({ code, message: 'anthropic refused the key.', hint: 'Set it.', data })
    expect(response.status).toBe(502)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(said.error.message).toContain('anthropic refused the key.')
    expect(said.error.code).toBe(code)
  })

  it('keeps secrets of a model that cleans nothing', async () => {
    const cause = new Error('canary-cause', { cause: { headers: { authorization: 'canary-header' } } })
    const message = 'POST https://ada:canary-login@api.example/v1 with Bearer canary-bearer failed: sk-canary-0123'
    for (const code of ['provider_error', 'unauthorized', 'network', 'internal'] as const) {
      const { body: said } = await ask({ code, message, hint: message, cause, data: provider() })
      expect(JSON.stringify(said)).not.toContain('canary')
      expect(said.error.message).toMatch(code === 'internal' ? /internal error/ : /https:\/\/api\.example\/v1/)
    }
  })
})

describe('a client’s own mistakes', () => {
  it('stay a 401 and a 403 of its own', async () => {
    const app = createApp(failing({ code: 'network', message: 'm' }), { localToken: 't0', apiKeys: ['chat-key'] })
    const statuses = await Promise.all(
      ['wrong', 'chat-key'].map(async (key) => {
        const headers = { authorization: `Bearer ${key}` }
        return (await app.fetch(post('/rt/search', { query: 'x' }, headers))).status
      }),
    )
    expect(statuses).toEqual([401, 403])
  })
})

describe('the hint', () => {
  it.each(['openai refused the key (401): no: [key]', 'openai refused the key (401): no: [key].'])(
    'is a sentence after %j',
    async (message) => {
      const ports = failing({ code: 'unauthorized', message, hint: 'Check it.', data: { provider: 'openai' } })
      const response = await createApp(ports).fetch(post('/v1/chat/completions', chatBody()))
      const { error } = (await response.json()) as ErrorBody
      expect(error.message).toBe('openai refused the key (401): no: [key]. Check it.')
    },
  )
})

describe('budget_exceeded', () => {
  it('has OpenAI’s name', async () => {
    const response = await createApp(failing({ code: 'budget_exceeded', message: 'm' })).fetch(
      post('/v1/chat/completions', chatBody({ stream: true })),
    )
    expect(((await response.json()) as ErrorBody).error).toMatchObject({
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      rt: { code: 'budget_exceeded', retryable: false },
    })
  })
})

describe('a failure in the middle', () => {
  const text: StreamPart = { type: 'text-delta', text: 'Hel' }
  const error: RtErrorOptions = {
    code: 'overloaded',
    message: 'anthropic is overloaded at https://ada:canary@api.example.',
    hint: 'Ask again.',
    data: { provider: 'anthropic', retryAfterMs: 1500 },
  }

  it('is one event in OpenAI’s shape, and the last', async () => {
    const app = createApp(failing(error, [text]))
    const response = await app.fetch(post('/v1/chat/completions', chatBody({ stream: true })))
    expect(response.status).toBe(200)
    const events = (await response.text()).split('\n\n').filter(Boolean)
    expect(events.filter((event) => event.includes('"error"'))).toHaveLength(1)
    expect(JSON.parse(events.at(-1)!.slice('data: '.length))).toMatchObject({
      error: {
        message: 'anthropic is overloaded at https://api.example. Ask again.',
        type: 'server_error',
        param: null,
        code: 'overloaded',
        rt: { code: 'overloaded', retryable: true, data: { retryAfterMs: 1500 } },
      },
    })
  })

  it.each([[[text]], [[]]])('is the last line of a native turn, after %j', async (before) => {
    const app = createApp(failing(error, before), { localToken: 't0' })
    const lines = (await (await app.fetch(post('/rt/turn', TURN, ADMIN))).text()).split('\n').filter(Boolean)
    expect(lines.filter((line) => line.includes('"type":"error"'))).toHaveLength(1)
    const last = JSON.parse(lines.at(-1)!) as { error: object }
    expect(last).toMatchObject({ type: 'error', error: { code: 'overloaded', data: { retryAfterMs: 1500 } } })
    expect(JSON.stringify(last)).not.toContain('canary')
  })
})
