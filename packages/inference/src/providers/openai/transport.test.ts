import { collect, createMessage } from '@rt/core'
import { afterEach, expect, it, vi } from 'vitest'
import { startFakeServer } from '../../conformance/index.ts'
import { createOpenAI } from './index.ts'

afterEach(() => vi.unstubAllEnvs())

const messages = [createMessage('user', 'hi')]
const ok = {
  headers: { 'content-type': 'text/event-stream' },
  chunks: [`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] })}\n\n`],
}

it('sends nothing of the machine or its environment, and no key to an address it is not for', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-environment-key')
  vi.stubEnv('OPENAI_ORG_ID', 'org-1')
  vi.stubEnv('OPENAI_PROJECT_ID', 'proj-1')
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-secret: 1')
  await using server = await startFakeServer()
  server.reply = ok
  await collect(createOpenAI({ baseURL: server.url }).languageModel('m').stream({ messages }))
  vi.stubEnv('OPENAI_BASE_URL', server.url)
  await collect(
    createOpenAI({ headers: { 'x-team': 'a' } })
      .languageModel('m')
      .stream({ messages }),
  )
  const [elsewhere, own] = server.requests.map(({ headers }) => headers)
  const names = (headers: Record<string, string>): string[] =>
    Object.keys(headers).filter((name) => /^(x-|openai|authorization)/.test(name))
  expect(names(elsewhere!)).toEqual([])
  expect(names(own!)).toEqual(['authorization', 'x-team'])
  expect(own!['authorization']).toBe('Bearer sk-environment-key')
  expect(own!['user-agent']).toBe('rt')
})

it('says which variable the key would be in', async () => {
  vi.stubEnv('GROQ_API_KEY', '')
  await expect(collect(createOpenAI({ preset: 'groq' }).languageModel('m').stream({ messages }))).rejects.toMatchObject(
    { code: 'unauthorized', hint: 'Set GROQ_API_KEY, or give apiKey (api_key in config.toml).' },
  )
})

it('follows no redirect: it would carry the prompt elsewhere', async () => {
  await using server = await startFakeServer()
  server.reply = { status: 307, headers: { location: `${server.url}/elsewhere` } }
  const model = createOpenAI({ baseURL: server.url }).languageModel('m')
  await expect(collect(model.stream({ messages }))).rejects.toMatchObject({ code: 'provider_error', retryable: false })
  expect(server.requests).toHaveLength(1)
})

it('says what came instead of an answer, once and for all', async () => {
  await using server = await startFakeServer()
  server.reply = {
    headers: { 'content-type': 'text/html; charset=utf-8' },
    chunks: ['<!doctype html><html><title>Sign in</title><body>Hello</body></html>'],
  }
  const model = createOpenAI({ baseURL: server.url }).languageModel('m')
  await expect(collect(model.stream({ messages }))).rejects.toMatchObject({
    message: 'openai sent text/html instead of an answer: a web page, "Sign in"',
    retryable: false,
  })
})

it.each([
  ['{"error":{"message":"too much"}}'],
  ['[{"error":{"message":"too much"}}]'],
  ['{"error":"too much"}'],
  ['{"detail":"too much"}'],
  ['too much'],
])('finds what a refusal says: %s', async (body) => {
  await using server = await startFakeServer()
  server.reply = { status: 429, headers: { 'retry-after': '7' }, chunks: [body] }
  const model = createOpenAI({ baseURL: server.url }).languageModel('m')
  await expect(collect(model.stream({ messages }))).rejects.toMatchObject({
    code: 'rate_limited',
    message: 'openai refused (429): too much',
    data: { status: 429, retryAfterMs: 7000 },
  })
})

it('embeds more texts than one request takes, and notices vectors of another length', async () => {
  await using server = await startFakeServer()
  const vector = (...numbers: number[]): object => ({ embedding: numbers })
  server.reply = {
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify({ data: [vector(1, 0), vector(0, 2)], usage: { prompt_tokens: 3 } })],
  }
  const provider = createOpenAI({
    baseURL: server.url,
    quirks: { embeddingBatch: 2, base64: false },
    embedders: { wrong: { dimensions: 3 } },
  })
  const embedder = provider.embeddingModel('e')
  expect(() => embedder.dimensions).toThrow(/not known/)
  const { vectors, tokens } = await embedder.embed(['a', '', 'c', 'd'])
  expect(vectors.map((found) => [...found])).toEqual([
    [1, 0],
    [0, 1],
    [1, 0],
    [0, 1],
  ])
  expect([tokens, embedder.dimensions, server.requests.length]).toEqual([6, 2, 2])
  expect(JSON.parse(server.requests[0]!.body)).toMatchObject({ input: ['a', ' '], encoding_format: 'float' })
  await expect(provider.embeddingModel('wrong').embed(['a', 'b'])).rejects.toMatchObject({
    code: 'provider_error',
    retryable: false,
  })
  await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'provider_error' })
})

it('tells from its name what a listed model is for', async () => {
  await using server = await startFakeServer()
  const ids = ['gpt-5', 'text-embedding-3-small', 'bge-small-en-v1.5', 'bge-reranker-v2']
  server.reply = {
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify({ data: ids.map((id) => ({ id })) })],
  }
  const list = await createOpenAI({ baseURL: server.url }).list()
  expect(list.map(({ kind }) => kind)).toEqual(['chat', 'embed', 'embed', 'rerank'])
})

it('serves the next call on the connection of one that is done', async () => {
  await using server = await startFakeServer()
  server.reply = { ...ok, chunks: [...ok.chunks, 'data: [DONE]\n\n', ': goodbye\n\n'] }
  const model = createOpenAI({ baseURL: server.url }).languageModel('m')
  await collect(model.stream({ messages }))
  // The rest of an answer is read after it was given, so the very next call may come too soon.
  await vi.waitFor(async () => {
    await collect(model.stream({ messages }))
    const [last, before] = server.requests.map(({ socket }) => socket).toReversed()
    expect(last).toBe(before)
  })
})
