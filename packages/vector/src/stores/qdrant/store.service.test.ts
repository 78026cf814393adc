import type { CollectionStamp, VectorRecord, VectorStore } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { createSqliteStore, moveCollection, withNamespace } from '../../index.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { type FakeServer, startFakeServer } from './__fixtures__/fake-server.ts'
import { findStandIn, type RunningQdrant, startStandIn } from './__fixtures__/start-qdrant.ts'
import { createQdrantStore } from './index.ts'

const which = (['edge', 'local'] as const).find((name) => findStandIn(name) !== undefined)
const stamp: CollectionStamp = { dimensions: 8, metric: 'cosine', fingerprint: 'test/8' }
const WORDS = 'winter coat coats hanger travel travelling expenses rule rules café house 冬季 外套 of the'.split(' ')

describe.skipIf(which === undefined)('the Qdrant store (needs qdrant-client or qdrant-edge-py in .cache)', () => {
  let running: RunningQdrant
  /** In front of it, to see what is asked. */
  let proxy: FakeServer
  let store: VectorStore
  let bodies: { request: string; body: string }[] = []
  /** Done before a request goes on. */
  let meanwhile: (request: string) => Promise<unknown> = async () => {}
  beforeAll(async () => {
    running = await startStandIn(which!, findStandIn(which!)!)
    proxy = await startFakeServer(async (request, body) => {
      bodies.push({ request, body })
      await meanwhile(request)
      const [method, path] = request.split(' ')
      const answer = await fetch(running.url + path, { method: method!, ...(body && { body }) })
      return { status: answer.status, json: await answer.json() }
    })
    store = await createQdrantStore({ url: proxy.url })
  })
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
    await running?.[Symbol.asyncDispose]()
  })
  const asked = (): string[] => bodies.map(({ request }) => request)
  const random = createRandom(11)
  const records = (count: number): VectorRecord[] =>
    Array.from({ length: count }, (_, n) => ({
      id: `r${n}`,
      vector: randomVector(random, stamp.dimensions),
      text: Array.from(
        { length: 1 + Math.floor(random() * 12) },
        () => WORDS[Math.floor(random() * WORDS.length)],
      ).join(' '),
      metadata: { n, day: `2026-01-${String(1 + (n % 28)).padStart(2, '0')}`, name: `name ${n % 5}` },
    }))

  it('lists the others when one is dropped meanwhile', async () => {
    for (const name of ['stays', 'going']) await store.collection(name, stamp)
    meanwhile = async (request) => {
      if (!request.startsWith('POST /collections/going/')) return
      await fetch(`${running.url}/collections/going`, { method: 'DELETE' })
    }
    const names = (await store.list()).map(({ name }) => name)
    meanwhile = async () => {}
    expect(names).toContain('stays')
    expect(names).not.toContain('going')
  })

  it('makes indexes of fields before the first point, and sends both lists of a search in one request', async () => {
    bodies = []
    const collection = await store.collection('order', stamp)
    await collection.upsert(records(3))
    const made = asked().filter((request) => request.startsWith('PUT'))
    const first = made.indexOf('PUT /collections/order/points')
    expect(made.slice(0, first)).toEqual([
      'PUT /collections/order',
      ...Array.from({ length: 4 + 2 }, () => 'PUT /collections/order/index'),
    ])
    expect(made.slice(first)).toEqual(['PUT /collections/order/points'])
    expect((await collection.describe()).fields).toEqual(which === 'edge' ? ['day', 'n'] : [])

    bodies = []
    await collection.search({ vector: randomVector(random, 8), text: 'winter', filter: { n: { gte: 1 } } })
    expect(asked()).toEqual(['POST /collections/order/points/query/batch', 'POST /collections/order/points'])
    expect((JSON.parse(bodies[0]!.body) as { searches: unknown[] }).searches).toHaveLength(2)
  })

  it('cuts what it sends, so that no request is large', async () => {
    const collection = await store.collection('large')
    bodies = []
    const text = 'w'.repeat(100_000)
    await collection.upsert(Array.from({ length: 60 }, (_, n) => ({ id: `r${n}`, text })))
    const sizes = bodies.filter(({ request }) => request.endsWith('/points')).map(({ body }) => body.length)
    expect(sizes.length > 3).toBe(true)
    expect(Math.max(...sizes) < 2_000_000).toBe(true)
    expect(await collection.count()).toBe(60)
  })

  it('gives vectors back as they came, whatever their length', async () => {
    const collection = await store.collection('exact', stamp)
    const vectors = Array.from({ length: 50 }, () =>
      randomVector(random, 8).map((value) => value * 10 ** (random() * 20 - 10)),
    )
    const unit = vectors.map((vector) => {
      const norm = Math.hypot(...vector)
      return vector.map((value) => value / norm)
    })
    const all = [...vectors, ...unit].map((vector, n) => ({ id: `r${n}`, vector, metadata: {} }))
    await collection.upsert(all)
    expect(await collection.get(all.map(({ id }) => id))).toEqual(all)
  })

  it('finds by words and by meaning what SQLite finds', async () => {
    using file = temporaryFile()
    await using sqlite = await createSqliteStore({ path: file.path })
    const data = records(150)
    const [ours, theirs] = await Promise.all(
      [store, sqlite].map(async (one) => {
        const collection = await one.collection('both', stamp)
        await collection.upsert(data)
        return collection
      }),
    )
    const queries = [...WORDS, 'winter coat', 'rule of travel', '冬季 coat', 'the', 'CAFE', 'travelling hang']
    for (const text of queries)
      for (const words of ['any', 'all', 'phrase', 'prefix'] as const) {
        const [here, there] = await Promise.all(
          [ours!, theirs!].map(async (one) =>
            (await one.search({ text, words, k: 200 })).map(({ id }) => id).toSorted(),
          ),
        )
        expect([text, words, here]).toEqual([text, words, there])
      }
    for (const filter of [
      undefined,
      { n: { lt: 50 } },
      { name: { contains: 'e 3' } },
      { day: { gte: '2026-01-20' } },
    ]) {
      const query = { vector: randomVector(random, 8), k: 20, ...(filter && { filter }) }
      const [here, there] = await Promise.all([ours!, theirs!].map((one) => one.search(query)))
      expect(here!.map(({ id }) => id)).toEqual(there!.map(({ id }) => id))
      for (const [index, hit] of here!.entries()) expect(hit.cosine).toBeCloseTo(there![index]!.cosine!, 5)
    }
  })

  it('renames, over another too, with the aliases of both', async () => {
    const draft = await store.collection('draft', stamp)
    await draft.upsert([{ id: 'new' }])
    const old = await store.collection('final')
    await old.upsert([{ id: 'old' }])
    await store.alias({ now: 'final', soon: 'draft' })
    await expect(store.rename('draft', 'final')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(store.rename('draft', 'now')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(store.rename('nothing', 'final')).rejects.toMatchObject({ code: 'not_found' })
    await store.rename('draft', 'final', { replace: true })

    await expect(old.count()).rejects.toMatchObject({ code: 'not_found' })
    expect(await (await store.collection('now')).get(['new', 'old'])).toEqual([{ id: 'new', metadata: {} }])
    expect(await (await store.collection('final', stamp)).describe()).toMatchObject({
      name: 'final',
      aliases: ['now', 'soon'],
    })
    // The old name is free: what is made under it is another.
    const again = await store.collection('draft')
    expect([again.name, await again.count()]).toEqual(['draft', 0])
    expect((await store.list()).map(({ name }) => name)).toEqual(expect.arrayContaining(['draft', 'final']))
    expect([await store.drop('final'), await store.drop('final'), await store.drop('draft')]).toEqual([
      true,
      false,
      true,
    ])
    expect((await store.list()).filter(({ name }) => ['draft', 'final', 'now'].includes(name))).toEqual([])
  })

  it('leaves collections alone that rt did not make', async () => {
    const body = JSON.stringify({ vectors: {}, sparse_vectors: { theirs: {} } })
    const made = await fetch(`${running.url}/collections/foreign`, { method: 'PUT', body })
    expect(made.status).toBe(200)
    await expect(store.collection('foreign')).rejects.toMatchObject({ code: 'conflict' })
    expect((await store.list()).map(({ name }) => name)).not.toContain('foreign')
    expect(await store.drop('foreign')).toBe(false)
  })

  it('takes a collection from SQLite and gives it back, record by record the same', async () => {
    using file = temporaryFile()
    await using sqlite = await createSqliteStore({ path: file.path })
    const original = await sqlite.collection('moved', stamp, { tokenizer: 'unicode61' })
    await original.upsert([...records(300), { id: 'ends', expires: Date.now() + 1e9, text: 'in time' }])
    await sqlite.alias({ elsewhere: 'moved' })
    const before = await original.get(['r0', 'r299', 'ends'])
    expect(await moveCollection({ from: sqlite, to: store, name: 'moved' })).toMatchObject({ records: 301 })
    const there = await store.collection('elsewhere', stamp, { tokenizer: 'unicode61' })
    expect(await there.get(['r0', 'r299', 'ends'])).toEqual(before)
    expect(await moveCollection({ from: store, to: sqlite, name: 'moved' })).toMatchObject({ records: 301 })
    expect(await (await sqlite.collection('elsewhere')).get(['r0', 'r299', 'ends'])).toEqual(before)
    expect((await store.list()).map(({ name }) => name)).not.toContain('moved')
  })

  it('keeps tenants apart', async () => {
    const one = withNamespace(store, 'one/1')
    const two = withNamespace(store, 'two')
    await (await one.collection('docs')).upsert([{ id: 'a' }])
    await (await two.collection('docs')).upsert([{ id: 'b' }])
    await one.alias({ latest: 'docs' })
    expect((await one.list()).map(({ name, count, aliases }) => [name, count, aliases])).toEqual([
      ['docs', 1, ['latest']],
    ])
    expect(await (await one.collection('latest')).get(['a', 'b'])).toEqual([{ id: 'a', metadata: {} }])
    expect([await two.drop('docs'), (await two.list()).length, (await one.list()).length]).toEqual([true, 0, 1])
  })

  it('makes the indexes a collection lacks whose maker ended in between', async () => {
    const body = JSON.stringify({
      vectors: {},
      sparse_vectors: { words: { modifier: 'idf' } },
      metadata: { rt: 1, options: '{}' },
    })
    await fetch(`${running.url}/collections/half`, { method: 'PUT', body })
    bodies = []
    const half = await store.collection('half')
    expect(asked().filter((request) => request === 'PUT /collections/half/index')).toHaveLength(4)
    await half.upsert([{ id: 'a', text: 'winter coat' }])
    expect((await half.search({ text: 'coat winter', words: 'phrase' })).length).toBe(0)
    expect((await half.search({ text: 'winter coat', words: 'phrase' })).length).toBe(1)
  })

  it('finds phrases in long texts, which are taken apart piece by piece', async () => {
    const collection = await store.collection('long')
    const trigrams = await store.collection('long trigrams', undefined, { tokenizer: 'trigram' })
    const text = `${'winter coats and hangers '.repeat(8000)}end of it`
    for (const one of [collection, trigrams]) {
      await one.upsert([{ id: 'a', text }])
      expect((await one.search({ text: 'hangers end of it', words: 'phrase' })).map(({ id }) => id)).toEqual(['a'])
      expect(await one.search({ text: 'hangers of it', words: 'phrase' })).toEqual([])
    }
  })

  it('sees what another process did to a collection that is open', async () => {
    const mine = await store.collection('shared')
    await using other = await createQdrantStore({ url: running.url })
    const theirs = await other.collection('shared')
    const vector = Float32Array.of(3, 4)
    await theirs.upsert([{ id: 'a', vector }])
    expect(await mine.get(['a'])).toEqual([{ id: 'a', vector, metadata: {} }])
    expect((await mine.search({ vector }))[0]).toMatchObject({ id: 'a' })
    await expect(mine.upsert([{ id: 'b', vector: Float32Array.of(1, 2, 3) }])).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})
