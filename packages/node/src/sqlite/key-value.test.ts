import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyValue } from '@rt/core'
import { createFakeClock, type FakeClock, keyValueConformance } from '@rt/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteKeyValue, type Database, openDatabase } from './index.ts'

let folder: string
let database: Database
let clock: FakeClock

const open = (): Promise<Database> => openDatabase({ path: join(folder, 'rt.db'), readers: 1 })
const make = (table?: string): Promise<KeyValue> =>
  createSqliteKeyValue({ database, clock, ...(table !== undefined && { table }) })
const rows = async (): Promise<unknown> => (await database.get('SELECT count(*) AS n FROM key_values'))?.['n']

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-key-value-'))
  database = await open()
  clock = createFakeClock()
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

keyValueConformance(
  { name: 'sqlite', create: async () => ({ store: await make(), advance: (ms) => clock.advance(ms) }) },
  { describe, it, expect },
)

describe('createSqliteKeyValue', () => {
  it('keeps values, sums and their times when the file is opened again', async () => {
    const before = await make()
    await before.set('a', { b: [1] })
    await before.set('short', 1, 1000)
    await before.add('n', 7, 60_000)
    await database[Symbol.asyncDispose]()
    database = await open()
    await clock.advance(1000)
    const after = await make()
    expect([await after.get('a'), await after.get('short'), await after.add('n', 1)]).toEqual([
      { b: [1] },
      undefined,
      8,
    ])
    await clock.advance(59_000)
    expect(await after.get('n')).toBeUndefined()
  })

  it('counts through two handles of one file', async () => {
    await using other = await open()
    const stores = [await make(), await createSqliteKeyValue({ database: other, clock })]
    await Promise.all(Array.from({ length: 40 }, (_, i) => stores[i % 2]!.add('n', 1)))
    expect(await stores[0]!.get('n')).toBe(40)
  })

  it('removes what has expired while it writes, a little each time', async () => {
    const store = await make()
    await Promise.all(Array.from({ length: 40 }, (_, i) => store.set(`k${i}`, i, 1000)))
    await clock.advance(1000)
    expect(await rows()).toBe(40)
    await store.add('n', 1)
    expect(await rows()).toBe(25)
    await store.set('a', 1)
    await store.set('a', 2)
    expect(await rows()).toBe(2)
  })

  it('keeps tables apart', async () => {
    const [one, two] = [await make(), await make('other')]
    await one.set('a', 1)
    expect(await two.get('a')).toBeUndefined()
  })

  it.each(['', 'A', '1', 'a b', 'a"; --', 'x'.repeat(49)])('refuses a table called %j', async (table) => {
    await expect(make(table)).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
