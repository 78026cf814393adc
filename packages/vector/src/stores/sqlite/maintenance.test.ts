import { type Database, openDatabase } from '@rt/node/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { parseFilter } from '../../filter/index.ts'
import { createSqliteStore } from '../../index.ts'
import { beginFields, stepFields } from './fields/keep-fields.ts'
import { createMaintenance } from './maintenance.ts'

const DAY = 86_400_000
/** The least number of records an index is made for. */
const ENOUGH = 10_000

const fill = async (database: Database, count: number, extra: (n: number) => object = () => ({})): Promise<void> => {
  await using store = await createSqliteStore({ database })
  const collection = await store.collection('things')
  await collection.upsert(Array.from({ length: count }, (_, n) => ({ id: `r${n}`, metadata: { n, ...extra(n) } })))
}

const ask = (database: Database, clock: () => number) => {
  const maintenance = createMaintenance(database, clock)
  return {
    maintenance,
    /** Uses a filter so often, then works until there is nothing to do. */
    async use(times: number, filter: object): Promise<void> {
      for (let i = 0; i < times; i++) maintenance.note(1, parseFilter(filter as never))
      while (await maintenance.step());
    },
  }
}

const fieldsOf = (database: Database): Promise<unknown[]> =>
  database.all('SELECT path, state FROM vector_fields ORDER BY path')

describe('indexes of fields', () => {
  it('are made for paths that filters ask for often, in a collection that is large enough', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await fill(database, ENOUGH - 1)
    const { use } = ask(database, Date.now)
    await use(30, { n: 1 })
    expect(await fieldsOf(database)).toEqual([])
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('things')
    await collection.upsert([{ id: 'one more', metadata: { n: -1 } }])
    await ask(database, Date.now).use(19, { n: 1 })
    expect(await fieldsOf(database)).toEqual([])
    await ask(database, Date.now).use(20, { or: [{ n: { lt: 5 } }, { not: { 'deep.er': 1 } }] })
    expect(await fieldsOf(database)).toEqual([
      { path: '["deep","er"]', state: 'ready' },
      { path: '["n"]', state: 'ready' },
    ])
    expect((await collection.describe()).fields).toEqual(['n', 'deep.er'])
    expect(await collection.count({ filter: { n: { lt: 5 } } })).toBe(6)
    expect((await collection.scroll({ filter: { n: 77 } })).records.map(({ id }) => id)).toEqual(['r77'])
    expect(await collection.search({ text: 'x', filter: { n: 77 } })).toEqual([])
  })

  it('are made by the store itself, in the background', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await fill(database, ENOUGH)
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('things')
    for (let i = 0; i < 20; i++) expect(await collection.count({ filter: { n: i } })).toBe(1)
    await vi.waitFor(async () => expect((await collection.describe()).fields).toEqual(['n']), { timeout: 20_000 })
  })

  it('go on where they were after a crash, with what was written meanwhile', async () => {
    using file = temporaryFile()
    {
      await using database = await openDatabase({ path: file.path })
      await fill(database, ENOUGH)
      await beginFields(database, [{ collection: 1, path: '["n"]' }], 0)
      for (let steps = 0; steps < 5; steps++) await stepFields(database, 0)
      const [row] = await database.all<{ n: number }>('SELECT count(*) AS n FROM vector_field_values')
      expect(row?.n).toBe(2500)
    }
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('things')
    // In front of the place it has reached, behind it, and new ones.
    await collection.upsert(['r0', 'r9999', 'aa', 'zz'].map((id) => ({ id, metadata: { n: 'changed' } })))
    await collection.delete(['r1', 'r9998'])
    while (await stepFields(database, 0));
    expect(await fieldsOf(database)).toEqual([{ path: '["n"]', state: 'ready' }])
    expect(await database.all('SELECT count(*) AS n FROM vector_field_values')).toEqual([{ n: ENOUGH }])
    expect(await collection.count({ filter: { n: 'changed' } })).toBe(4)
    expect(await collection.count({ filter: { n: { gte: 0 } } })).toBe(ENOUGH - 4)
  })

  it('are given up when they would be larger than what they index', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await fill(database, ENOUGH, (n) => ({ tags: Array.from({ length: 20 }, (_, i) => n + i) }))
    const { use } = ask(database, () => 0)
    await use(20, { tags: { contains: 3 } })
    expect(await fieldsOf(database)).toEqual([{ path: '["tags"]', state: 'refused' }])
    expect(await database.all('SELECT count(*) AS n FROM vector_field_values')).toEqual([{ n: 0 }])
    await using store = await createSqliteStore({ database })
    expect(await (await store.collection('things')).count({ filter: { tags: { contains: 3 } } })).toBe(4)
    await use(40, { tags: { contains: 3 } })
    expect(await fieldsOf(database)).toEqual([{ path: '["tags"]', state: 'refused' }])
  })

  it('go when nobody has used them for a month, and not before', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await fill(database, ENOUGH)
    let now = 100 * DAY
    const { use, maintenance } = ask(database, () => now)
    await use(20, { n: 1 })
    now += 20 * DAY
    await use(1, { n: 1 })
    now += 29 * DAY
    await use(0, {})
    expect(await fieldsOf(database)).toEqual([{ path: '["n"]', state: 'ready' }])
    now += 2 * DAY
    expect(await maintenance.step()).toBe(true)
    expect(await fieldsOf(database)).toEqual([{ path: '["n"]', state: 'dropping' }])
    await use(0, {})
    expect(await fieldsOf(database)).toEqual([])
    expect(await database.all('SELECT count(*) AS n FROM vector_field_values')).toEqual([{ n: 0 }])
  })
})

describe('records that have ended', () => {
  it('are swept when nobody writes, in pieces, and by writes', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    let now = 1000
    await using store = await createSqliteStore({ database, clock: () => now })
    const collection = await store.collection('things')
    const vector = Float32Array.of(1, 2)
    await collection.upsert(
      Array.from({ length: 1000 }, (_, n) => ({ id: `r${n}`, vector, text: 'apple', expires: n < 600 ? 2000 : 3000 })),
    )
    const rows = (): Promise<unknown[]> =>
      database.all(
        'SELECT count(*) AS n FROM vector_records UNION ALL SELECT count(*) FROM vector_text_1 WHERE vector_text_1 MATCH \'"appl"\'',
      )
    const maintenance = createMaintenance(database, () => now)
    expect(await maintenance.step()).toBe(false)
    now = 2000
    expect(await maintenance.step()).toBe(true)
    expect(await rows()).toEqual([{ n: 488 }, { n: 488 }])
    while (await maintenance.step());
    expect(await rows()).toEqual([{ n: 400 }, { n: 400 }])
    now = 3000
    await collection.upsert([{ id: 'new', vector }])
    expect(await rows()).toEqual([{ n: 1 }, { n: 0 }])
    const info = await collection.describe()
    expect(info).toMatchObject({ count: 1, vectors: 1 })
  })

  it('are left out by a reader that cannot sweep them', async () => {
    using file = temporaryFile()
    let now = 1000
    await using owner = await createSqliteStore({ path: file.path, clock: () => now })
    await (await owner.collection('things')).upsert([{ id: 'a', text: 'apple', expires: 2000 }])
    await using database = await openDatabase({ path: file.path, readOnly: true })
    await using store = await createSqliteStore({ database, clock: () => now })
    const collection = await store.collection('things')
    expect(await collection.search({ text: 'apple' })).toHaveLength(1)
    now = 2000
    expect(await collection.search({ text: 'apple' })).toEqual([])
    expect(await collection.get(['a'])).toEqual([])
    expect(await collection.count()).toBe(0)
  })
})
