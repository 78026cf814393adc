import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { type FakeServer, type Reply, startFakeServer } from './__fixtures__/fake-server.ts'
import { createQdrantStore } from './index.ts'

const SECRET = 'a-key-that-nobody-may-see'
const VERSION: Reply = { json: { title: 'qdrant', version: '1.19.3' } }

/** A server that is fine until it is asked for its collections. */
const withCollections = (reply: (headers: object) => Reply): Promise<FakeServer> =>
  startFakeServer((request, _, headers) => {
    if (request === 'GET /') return VERSION
    return request === 'GET /collections' ? reply(headers) : { json: { result: { aliases: [] } } }
  })

const failure = async (work: Promise<unknown>): Promise<RtError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(RtError.isInstance(error)).toBe(true)
  return error as RtError
}

const EMPTY: Reply = { json: { result: { collections: [] } } }

describe('a connection to Qdrant', () => {
  it('says which address does not answer, and how to start a server', async () => {
    const server = await startFakeServer(() => VERSION)
    const { url } = server
    await server[Symbol.asyncDispose]()
    const error = await failure(createQdrantStore({ url, retries: 0 }))
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.message).toContain(url)
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.hint).toContain('docker run')
  })

  it('refuses a server that is too old, and one that is no Qdrant', async () => {
    await using old = await startFakeServer(() => ({ json: { version: '1.18.2' } }))
    expect((await failure(createQdrantStore({ url: old.url }))).message).toContain('1.18.2; this store needs 1.19')
    await using other = await startFakeServer(() => ({ json: { hello: 'world' } }))
    expect(await failure(createQdrantStore({ url: other.url }))).toMatchObject({ code: 'unsupported' })
  })

  it.each([
    ['an overloaded server', { status: 503, headers: { 'retry-after': '0' } }],
    ['a limit of requests', { status: 429, headers: { 'retry-after': '0' } }],
    ['a limit until some date', { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2037 07:28:00 GMT' } }],
    ['a gateway without its server', { status: 502 }],
  ])('asks again after %s', async (_, refusal) => {
    let asked = 0
    await using server = await withCollections(() => (++asked <= 2 ? refusal : EMPTY))
    await using store = await createQdrantStore({ url: server.url })
    expect(await store.list()).toEqual([])
    expect(asked).toBe(3)
  })

  it('gives up after as many repetitions as were asked for', async () => {
    let asked = 0
    await using server = await withCollections(() => {
      asked++
      return { status: 500, json: { status: { error: 'Service internal error' } } }
    })
    await using store = await createQdrantStore({ url: server.url, retries: 1 })
    const error = await failure(store.list())
    expect(error).toMatchObject({ code: 'provider_error', retryable: true, data: { status: 500 } })
    expect(error.message).toContain('Service internal error')
    expect(asked).toBe(2)
  })

  it('does not repeat what the server refuses', async () => {
    await using server = await withCollections(() => ({ status: 400, json: { status: { error: 'Wrong input' } } }))
    await using store = await createQdrantStore({ url: server.url })
    const error = await failure(store.list())
    expect(error).toMatchObject({ code: 'provider_error', retryable: false })
    expect(server.requests.filter((request) => request === 'GET /collections')).toHaveLength(1)
  })

  it('sends the key, and shows it to nobody, even when the server does', async () => {
    let sent: unknown
    await using server = await withCollections((headers) => {
      sent = (headers as Record<string, unknown>)['api-key']
      return { status: 403, json: { status: { error: `key ${SECRET} may not read` } } }
    })
    await using store = await createQdrantStore({ url: server.url, apiKey: SECRET })
    const error = await failure(store.list())
    expect(sent).toBe(SECRET)
    expect(error.code).toBe('forbidden')
    expect(error.message).toContain('key *** may not read')
    expect(JSON.stringify(error) + String(error) + String(error.stack) + String(error.cause)).not.toContain(SECRET)
  })

  it('ends a request that takes too long, and one the caller gives up', async () => {
    await using server = await startFakeServer(() => ({ silent: true }))
    expect(await failure(createQdrantStore({ url: server.url, timeoutMs: 50 }))).toMatchObject({ code: 'timeout' })

    const stop = new AbortController()
    const info = { result: { config: { metadata: { rt: 1 }, params: { vectors: {} } }, payload_schema: {} } }
    await using other = await startFakeServer((request) => {
      if (request === 'GET /') return VERSION
      if (request === 'GET /collections') return { json: { result: { collections: [{ name: 'things' }] } } }
      if (request === 'GET /aliases') return { json: { result: { aliases: [] } } }
      if (request === 'GET /collections/things') return { json: info }
      if (request.startsWith('PUT')) return { json: { result: true } }
      stop.abort()
      return { silent: true }
    })
    await using store = await createQdrantStore({ url: other.url })
    const collection = await store.collection('things')
    expect(await failure(collection.count({ signal: stop.signal }))).toMatchObject({ code: 'aborted' })
  })

  it.each([
    [{ url: 'localhost:6333' }, 'http or https'],
    [{ url: 'http://user:secret@localhost' }, 'user or password'],
    [{ url: 'http://localhost', apiKey: 'key\n' }, 'visible ASCII'],
    [{ url: 'http://localhost', timeoutMs: 0 }, 'timeoutMs'],
    [{ url: 'http://localhost', retries: -1 }, 'retries'],
  ])('refuses options that make no sense: %j', async (options, words) => {
    const error = await failure(createQdrantStore(options))
    expect(error.code).toBe('invalid_request')
    expect(error.message + String(error.hint)).toContain(words)
    expect(error.message).not.toContain('secret')
  })

  it('is 6333 where the address names no port, and keeps a path', async () => {
    const error = await failure(createQdrantStore({ url: 'http://127.0.0.1/qdrant', retries: 0 }))
    expect(error.message).toContain('http://127.0.0.1:6333/qdrant')
    await using server = await startFakeServer(() => VERSION)
    await using store = await createQdrantStore({ url: `${server.url}/deep/path/` })
    expect([store.kind, server.requests]).toEqual(['qdrant', ['GET /deep/path/']])
  })
})
