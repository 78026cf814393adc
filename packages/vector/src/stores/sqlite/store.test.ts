import { createFakeTelemetry } from '@rt/core/testing'
import { openDatabase } from '@rt/node/sqlite'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { createSqliteStore } from '../../index.ts'

const stamp = { dimensions: 3, metric: 'cosine', fingerprint: 'test/3' } as const
const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers)
const x = vector(1, 0, 0)

describe('createSqliteStore', () => {
  it('finds everything again after reopening, and still checks the stamp', async () => {
    using file = temporaryFile()
    {
      await using store = await createSqliteStore({ path: file.path })
      const collection = await store.collection('notes', stamp)
      await collection.upsert([{ id: 'a', vector: x, text: 'apple', metadata: { n: 1 } }])
    }
    await using store = await createSqliteStore({ path: file.path })
    const [hit] = await (await store.collection('notes', stamp)).search({ vector: x, text: 'apples' })
    expect(hit).toEqual({ id: 'a', score: 0.5, cosine: 1, bm25: expect.any(Number), text: 'apple', metadata: { n: 1 } })
    await expect(store.collection('notes', { ...stamp, fingerprint: 'new/3' })).rejects.toMatchObject({
      code: 'stamp_mismatch',
      message: 'collection "notes" has fingerprint test/3, asked for was new/3.',
    })
  })

  it('leaves a database that was given to it open', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    const store = await createSqliteStore({ database })
    await store.collection('notes')
    await store[Symbol.asyncDispose]()
    expect(await database.all('SELECT name FROM vector_collections')).toEqual([{ name: 'notes' }])
    await expect(store.list()).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('leaves a shared database writable for others after it has indexed text', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    await database.write([{ sql: 'CREATE TABLE other (n)' }, { sql: 'INSERT INTO other VALUES (1)' }])
    const collection = await store.collection('notes')
    const records = Array.from({ length: 500 }, (_, i) => ({ id: `r${i}`, text: `word${i} and more` }))
    await collection.upsert(records)
    expect(await database.write({ sql: 'UPDATE other SET n = 2' })).toEqual({ changes: [1] })
    await collection.upsert(records)
    expect(await database.write({ sql: 'UPDATE other SET n = 3' })).toEqual({ changes: [1] })
    await collection.delete(records.slice(0, 400).map(({ id }) => id))
    expect(await database.write({ sql: 'UPDATE other SET n = 4' })).toEqual({ changes: [1] })
    expect((await collection.search({ text: 'word450' })).map(({ id }) => id)).toEqual(['r450'])
  })

  it('sees what another instance on the same file writes, moves and deletes', async () => {
    using file = temporaryFile()
    await using mine = await createSqliteStore({ path: file.path })
    await using theirs = await createSqliteStore({ path: file.path })
    const here = await mine.collection('notes', stamp)
    const there = await theirs.collection('notes', stamp)
    await here.upsert([{ id: 'a', vector: x, text: 'apple' }])
    expect((await there.search({ vector: x })).map(({ id }) => id)).toEqual(['a'])
    await here.upsert([
      { id: 'a', vector: vector(0, 1, 0), text: 'pear' },
      { id: 'b', vector: vector(1, 1, 0) },
    ])
    expect((await there.search({ vector: x })).map(({ id, text }) => [id, text])).toEqual([
      ['b', undefined],
      ['a', 'pear'],
    ])
    await there.delete(['b'])
    await there.upsert([{ id: 'c', vector: vector(1, 0, 1) }])
    expect((await here.search({ vector: x })).map(({ id }) => id)).toEqual(['c', 'a'])
    await theirs.drop('notes')
    await expect(here.search({ vector: x })).rejects.toMatchObject({ code: 'not_found' })
    await (await theirs.collection('notes', stamp)).upsert([{ id: 'new', vector: x }])
    expect((await (await mine.collection('notes')).search({ vector: x })).map(({ id }) => id)).toEqual(['new'])
  })

  it('reads beside an owner, is never stale, and cannot write', async () => {
    using file = temporaryFile()
    await using owner = await createSqliteStore({ path: file.path })
    const written = await owner.collection('notes', stamp)
    await written.upsert([{ id: 'a', vector: x, text: 'apple' }])
    await using database = await openDatabase({ path: file.path, readOnly: true })
    await using store = await createSqliteStore({ database })
    const read = await store.collection('notes', stamp)
    expect((await read.search({ vector: x, text: 'apple' })).map(({ id }) => id)).toEqual(['a'])
    await written.upsert([{ id: 'b', vector: x, text: 'apple' }])
    expect((await read.search({ vector: x, text: 'apple' })).map(({ id }) => id)).toEqual(['a', 'b'])
    await expect(read.upsert([{ id: 'c' }])).rejects.toMatchObject({ code: 'read_only' })
    await expect(store.collection('missing')).rejects.toMatchObject({ code: 'not_found' })
    await expect(store.collection('notes', { ...stamp, dimensions: 9 })).rejects.toMatchObject({
      code: 'stamp_mismatch',
    })
  })

  it('finds records whose number goes beyond 2^32', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('notes', stamp)
    const other = await store.collection('other')
    await database.write({
      sql: "INSERT INTO vector_records (id, collection, key, version, metadata) VALUES (?, 2, 'far', 0, '{}')",
      params: [2 ** 32 - 3],
    })
    const ids = ['a', 'b', 'c', 'd', 'e']
    await collection.upsert(ids.map((id, n) => ({ id, vector: vector(1, n, 0), text: `word${n}`, metadata: { n } })))
    await collection.upsert([{ id: 'e', vector: vector(1, 9, 0), text: 'word9' }])
    expect((await collection.search({ vector: vector(1, 9, 0), k: 1 })).map(({ id }) => id)).toEqual(['e'])
    expect((await collection.search({ text: 'word3' })).map(({ id }) => id)).toEqual(['d'])
    expect((await collection.get(ids)).map(({ vector: own }) => own?.[1])).toEqual([0, 1, 2, 3, 9])
    expect(await collection.delete(['d', 'e'])).toBe(2)
    expect((await collection.search({ vector: vector(1, 9, 0), k: 9 })).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(await other.get(['far'])).toEqual([{ id: 'far', metadata: {} }])
  })

  it('uses the slots of deleted records again', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('notes', stamp)
    const random = createRandom(1)
    const batch = (prefix: string): { id: string; vector: Float32Array }[] =>
      Array.from({ length: 512 }, (_, i) => ({ id: `${prefix}${i}`, vector: randomVector(random, 3) }))
    for (const prefix of ['a', 'b', 'c']) {
      await collection.upsert(batch(prefix))
      await collection.delete(Array.from({ length: 512 }, (_, i) => `${prefix}${i}`))
    }
    await collection.upsert(batch('d'))
    const [row] = await database.all('SELECT count(*) AS blocks, sum(free) AS free FROM vector_blocks')
    expect(row).toEqual({ blocks: 2, free: 0 })
  })

  it('says which vector is damaged instead of serving it', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('notes', stamp)
    await collection.upsert([
      { id: 'a', vector: x },
      { id: 'b', vector: vector(0, 1, 0), text: 'banana' },
    ])
    const damaged = new Uint8Array(vector(1, 0, 0, 0, 1, 0).buffer)
    damaged[21] = 0x40
    await database.write({ sql: 'UPDATE vector_data SET vectors = ?', params: [damaged] })
    const corrupt = { code: 'database_corrupt', message: expect.stringContaining('block 0, slot 1') }
    await expect(collection.search({ vector: x })).rejects.toMatchObject(corrupt)
    await expect(collection.get(['b'])).rejects.toMatchObject({
      code: 'database_corrupt',
      message: expect.stringContaining('"b"'),
    })
    expect(await collection.get(['a'])).toEqual([{ id: 'a', vector: x, metadata: {} }])
    // A write nearby must not bless the damage; writing the record anew repairs it.
    await collection.upsert([{ id: 'c', vector: vector(0, 0, 1) }])
    await expect(collection.search({ vector: x })).rejects.toMatchObject(corrupt)
    await collection.upsert([{ id: 'b', vector: vector(0, 1, 0) }])
    expect((await collection.search({ vector: x })).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    await database.write({ sql: 'UPDATE vector_data SET vectors = ?', params: [damaged.slice(0, 7)] })
    await database.write({ sql: 'UPDATE vector_collections SET version = version + 1' })
    await database.write({ sql: 'UPDATE vector_blocks SET version = version + 1' })
    await expect(collection.search({ vector: x })).rejects.toMatchObject({ code: 'database_corrupt' })
  })

  it('keeps common words from deciding a question', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes')
    await collection.upsert([
      { id: 'noise', text: 'what is it that is what it is for the for what' },
      { id: 'answer', text: 'coats are paid by the company' },
    ])
    expect((await collection.search({ text: 'what is the rule for coats?' })).map(({ id }) => id)).toEqual(['answer'])
    expect((await collection.search({ text: 'what is the' }))[0]).toMatchObject({ id: 'noise' })
  })

  it('records searches and writes under the span it is given', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const collection = await store.collection('notes', stamp)
    const telemetry = createFakeTelemetry()
    const span = telemetry.span('test')
    await collection.upsert([{ id: 'a', vector: x }], { span })
    await collection.search({ vector: x }, { span })
    await collection.search({ vector: vector(1) }, { span }).catch(() => {})
    const [upsert, search, failed] = telemetry.roots[0]!.children
    expect(upsert).toMatchObject({ name: 'vector.upsert', ended: true, attributes: { 'rt.vector.records': 1 } })
    expect(search).toMatchObject({
      name: 'vector.search',
      ended: true,
      attributes: { 'rt.vector.mode': 'dense', 'rt.vector.hits': 1 },
    })
    expect(failed?.error).toMatchObject({ code: 'invalid_request' })
  })
})
