import type { VectorStore } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { parseDatetime } from '../../filter/index.ts'
import { startPglite } from './__fixtures__/pglite-pool.ts'
import { createPgvectorStore } from './index.ts'

const stamp = { dimensions: 2, metric: 'cosine', fingerprint: 'test/2' } as const
const ids = (hits: { id: string }[]): string[] => hits.map(({ id }) => id)

let server: Awaited<ReturnType<typeof startPglite>>
let schemas = 0
beforeAll(async () => void (server = await startPglite()))
afterAll(() => server[Symbol.asyncDispose]())

const open = (): Promise<VectorStore> => createPgvectorStore({ pool: server.pool, schema: `store_${schemas++}` })
const rows = async <Row>(sql: string): Promise<Row[]> => (await server.database.query<Row>(sql)).rows

describe('vectors', () => {
  it('of any length keep their bits, and their cosines', async () => {
    await using store = await open()
    const collection = await store.collection('extreme', stamp)
    const given = {
      tiny: Float32Array.of(1e-30, 2e-30),
      least: Float32Array.of(1e-45, 0),
      huge: Float32Array.of(3e38, -3e38),
      usual: Float32Array.of(0.1, 1 / 3),
    }
    await collection.upsert(Object.entries(given).map(([id, vector]) => ({ id, vector })))
    for (const [id, vector] of Object.entries(given)) expect((await collection.get([id]))[0]!.vector).toEqual(vector)
    const hits = await collection.search({ vector: Float32Array.of(1e-20, 2e-20) })
    expect(ids(hits)).toEqual(['tiny', 'usual', 'least', 'huge'])
    expect(hits.map(({ cosine }) => cosine!.toFixed(4))).toEqual(['1.0000', '0.9852', '0.4472', '-0.3162'])
  })

  it('have as many dimensions as pgvector takes', async () => {
    await using store = await open()
    await expect(store.collection('wide', { ...stamp, dimensions: 16_001 })).rejects.toMatchObject({
      code: 'unsupported',
    })
    const open16k = await store.collection('unstamped')
    await expect(open16k.upsert([{ id: 'a', vector: new Float32Array(16_001).fill(1) }])).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await open16k.upsert([{ id: 'a', vector: new Float32Array(16_000).fill(1) }])
    expect((await open16k.get(['a']))[0]!.vector).toHaveLength(16_000)
  })
})

describe('words', () => {
  it('are found as they stand or by their parts, as the tokenizer says', async () => {
    await using store = await open()
    expect(store.capabilities.tokenizers).toEqual(['porter', 'unicode61', 'trigram'])
    const records = [
      { id: 'runs', text: 'Er RUNS weiter: Café' },
      { id: 'run', text: 'running' },
      { id: 'tokyo', text: '東京の天気は晴れ' },
    ]
    const search = async (
      tokenizer: 'porter' | 'unicode61' | 'trigram',
      text: string,
      words: 'any' | 'prefix' = 'any',
    ) => {
      const collection = await store.collection(tokenizer, undefined, { tokenizer })
      await collection.upsert(records)
      return ids(await collection.search({ text, words })).toSorted()
    }
    expect(await search('porter', 'run')).toEqual(['run', 'runs'])
    expect(await search('porter', 'runnin', 'prefix')).toEqual([])
    expect(await search('porter', 'running', 'prefix')).toEqual(['run', 'runs'])
    expect(await search('unicode61', 'run')).toEqual([])
    expect(await search('unicode61', 'runs CAFE')).toEqual(['runs'])
    expect(await search('unicode61', 'runnin', 'prefix')).toEqual(['run'])
    expect(await search('trigram', '天気は')).toEqual(['tokyo'])
    expect(await search('trigram', 'unnin')).toEqual(['run'])
    expect(await search('trigram', '%')).toEqual([])
  })

  it('of a text that is too long for a tsvector are indexed as far as they fit', async () => {
    await using store = await open()
    const collection = await store.collection('long')
    const text = Array.from({ length: 300_000 }, (_, index) => (0x4e00 + index).toString(36)).join(' ')
    await collection.upsert([{ id: 'long', text: `first ${text} last` }])
    expect(ids(await collection.search({ text: 'first' }))).toEqual(['long'])
    expect(await collection.search({ text: 'last' })).toEqual([])
    expect((await collection.get(['long']))[0]!.text).toHaveLength(text.length + 11)
  })
})

it('counts the milliseconds of dates as filters do', async () => {
  await using store = await open()
  const schema = `store_${schemas - 1}`
  await store.list()
  const random = createRandom(3)
  const pick = (most: number, digits = 2): string => `${Math.floor(random() * (most + 1))}`.padStart(digits, '0')
  const texts = Array.from({ length: 3000 }, (_, index) => {
    const date = `${pick(9999, 4)}-${pick(13)}-${pick(31)}`
    if (index % 10 === 0) return date
    const zone = ['', 'Z', 'z', `+${pick(24)}:${pick(60)}`, `-${pick(24)}:${pick(60)}`][index % 5]!
    const seconds = index % 3 ? `:${pick(60)}${index % 2 ? `.${pick(1e9, 1 + (index % 9))}` : ''}` : ''
    return `${date}${'Tt '[index % 3]}${pick(24)}:${pick(60)}${seconds}${zone}`
  })
  const found = await server.database.query<{ ms: number | null }>(
    `SELECT ${schema}.datetime_ms(value) AS ms FROM unnest($1::text[]) WITH ORDINALITY AS u (value, at) ORDER BY at`,
    [texts],
  )
  const expected = texts.map((text) => parseDatetime(text) ?? null)
  expect(expected.filter((ms) => ms !== null).length).toBeGreaterThan(500)
  expect(found.rows.map(({ ms }, index) => [texts[index], ms])).toEqual(expected.map((ms, index) => [texts[index], ms]))
})

it('sweeps what has ended out of its table', async () => {
  let now = 1000
  const schema = `store_${schemas++}`
  await using store = await createPgvectorStore({ pool: server.pool, schema, clock: () => now })
  const collection = await store.collection('short', stamp, { ttl: 10 })
  await collection.upsert([{ id: 'a' }, { id: 'b', expires: 5000 }])
  now = 2000
  expect(await collection.count()).toBe(1)
  await collection.upsert([{ id: 'c' }])
  expect(await rows(`SELECT id FROM ${schema}.records_1 ORDER BY id`)).toEqual([{ id: 'b' }, { id: 'c' }])
  // As fast as it is written, or the table would grow for ever.
  await collection.upsert(Array.from({ length: 2500 }, (_, at) => ({ id: `many${at}` })))
  now = 3000
  await collection.upsert(Array.from({ length: 2500 }, (_, at) => ({ id: `more${at}` })))
  expect(await rows(`SELECT count(*)::int AS left FROM ${schema}.records_1`)).toEqual([{ left: 2501 }])
})

it('is true or false of every record, never unknown', async () => {
  await using store = await open()
  const collection = await store.collection('odd')
  const values = [1, 'soon', '2026-02-30', '2026-01-01', null, true, [], ['2026-01-01'], {}]
  await collection.upsert([{ id: 'none' }, ...values.map((at, index) => ({ id: `${index}`, metadata: { at } }))])
  const ranges = [
    { datetime: { gt: '2000-01-01' } },
    { gte: 0 },
    { gte: '2' },
    { prefix: '2' },
    { contains: 'o' },
    { in: [1, null] },
  ]
  for (const range of ranges) {
    const yes = await collection.count({ filter: { at: range } })
    const no = await collection.count({ filter: { not: { at: range } } })
    expect([range, yes > 0, yes + no]).toEqual([range, true, values.length + 1])
  }
})

it('gives large pages and many records whole', async () => {
  await using store = await open()
  const collection = await store.collection('many')
  const given = Array.from({ length: 1300 }, (_, at) => `${at}`.padStart(5, '0'))
  await collection.upsert(given.map((id) => ({ id })))
  const page = await collection.scroll({ limit: 1200 })
  const rest = await collection.scroll({ limit: 1200, after: page.next! })
  expect([page.records.length, rest.next]).toEqual([1200, undefined])
  expect(ids([...page.records, ...rest.records])).toEqual(given)
  expect(ids(await collection.get(given.toReversed()))).toEqual(given.toReversed())
})

it('looks up equal metadata in an index', async () => {
  const schema = `store_${schemas}`
  await using store = await open()
  const collection = await store.collection('many')
  await collection.upsert(
    Array.from({ length: 3000 }, (_, at) => ({ id: `${at}`, metadata: { doc: { id: at % 500 } } })),
  )
  await server.database.query(`ANALYZE ${schema}.records_1`)
  const explained: string[] = []
  const query = server.database.query.bind(server.database)
  const spy = vi.spyOn(server.database, 'query').mockImplementation(async (text, values, options) => {
    if (text.startsWith('SELECT count'))
      for (const row of (await query<Record<string, string>>(`EXPLAIN ${text}`, values)).rows)
        explained.push(row['QUERY PLAN']!)
    return query(text, values, options) as never
  })
  try {
    expect(await collection.count({ filter: { 'doc.id': { in: [7, 8] } } })).toBe(12)
  } finally {
    spy.mockRestore()
  }
  expect(explained.join('\n')).toContain('records_1_metadata_idx')
})

describe('opening', () => {
  it('says when a later version made the tables, and leaves them', async () => {
    const schema = `store_${schemas}`
    await (await open())[Symbol.asyncDispose]()
    await server.database.query(`UPDATE ${schema}.version SET version = 99`)
    await expect(createPgvectorStore({ pool: server.pool, schema })).rejects.toMatchObject({ code: 'database_newer' })
  })

  it('takes a store that is up to date without writing to it', async () => {
    const schema = `store_${schemas}`
    await (await open())[Symbol.asyncDispose]()
    await server.database.query('SET default_transaction_read_only = on')
    try {
      await using store = await createPgvectorStore({ pool: server.pool, schema })
      expect(await store.list()).toEqual([])
      await expect(store.collection('new')).rejects.toMatchObject({ code: 'read_only' })
    } finally {
      await server.database.query('SET default_transaction_read_only = off')
    }
  })

  it('refuses a schema that is no plain name', async () => {
    await expect(
      createPgvectorStore({ pool: server.pool, schema: 'x"; DROP SCHEMA public; --' }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('never shows the password of an address', async () => {
    for (const url of [
      'postgres://rt:hunter2@[broken',
      'mysql://rt:hunter2@localhost/x',
      'postgres://rt:hunter2@127.0.0.1:1/x',
    ]) {
      const error = await createPgvectorStore({ url }).catch((caught: unknown) => caught as Error)
      expect(error).toMatchObject({ name: 'RtError' })
      const shown: unknown[] = []
      for (let each = error as Error | undefined; each; each = each.cause as Error | undefined)
        shown.push(each.message, each.stack, Object.entries(each))
      expect(JSON.stringify(shown)).not.toContain('hunter2')
    }
  })

  it('names the command that installs a missing pg', async () => {
    vi.doMock('pg', () => {
      throw Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' })
    })
    try {
      await expect(createPgvectorStore({ url: 'postgres://localhost/x' })).rejects.toMatchObject({
        code: 'unsupported',
        hint: expect.stringContaining('npm install pg'),
      })
    } finally {
      vi.doUnmock('pg')
    }
  })

  it('makes no snapshots, and says what does', async () => {
    await using store = await open()
    expect(store.capabilities.snapshot).toBe(false)
    await expect(store.snapshot('copy.db')).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('pg_dump'),
    })
  })
})
