import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock, type FakeClock } from '@rt/core/testing'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyStore, type KeyStore } from './key-store.ts'

let folder: string
let path: string
let database: Database
let clock: FakeClock
let keys: KeyStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-keys-'))
  path = join(folder, 'rt.db')
  database = await openDatabase({ path, readers: 1 })
  clock = createFakeClock()
  keys = createKeyStore({ database, clock })
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

it('knows who a secret belongs to, and nobody else', async () => {
  const ada = await keys.create({ name: 'ada', scope: 'chat' })
  const boss = await keys.create({ name: 'boss', scope: 'admin' })
  expect(await keys.identify(ada.secret)).toEqual({ principal: ada.key.id, scope: 'chat' })
  expect(await keys.identify(boss.secret)).toEqual({ principal: boss.key.id, scope: 'admin' })
  for (const wrong of ['', 'rt_', ada.key.id, ada.key.hint, `${ada.secret}x`, ada.secret.slice(0, -1), 'x'.repeat(1e6)])
    expect(await keys.identify(wrong)).toBeUndefined()
})

it('makes secrets of 256 random bits', async () => {
  const { secret, key } = await keys.create({ name: 'ada', scope: 'chat' })
  expect(secret).toMatch(/^rt_[0-9A-Za-z]{43}$/)
  expect(secret.startsWith(key.hint)).toBe(true)
  const other = await keys.create({ name: 'ben', scope: 'chat' })
  expect(other.secret.slice(3, 13)).not.toBe(secret.slice(3, 13))
})

it('keeps no secret, neither in the list nor in the file', async () => {
  const { secret, key } = await keys.create({ name: 'ada', scope: 'chat' })
  expect(await keys.list()).toEqual([key])
  await database[Symbol.asyncDispose]()
  const file = await readFile(path)
  expect(file.includes(key.hint)).toBe(true)
  expect(file.includes(secret.slice(3))).toBe(false)
  database = await openDatabase({ path, readers: 1 })
  expect(await createKeyStore({ database }).identify(secret)).toMatchObject({ principal: key.id })
})

it('is empty in a file that is only read and never had one', async () => {
  await database.migrate('other', ['CREATE TABLE other (x)'])
  await using reading = await openDatabase({ path, readOnly: true, readers: 1 })
  expect(await createKeyStore({ database: reading }).list()).toEqual([])
})

describe('required', () => {
  it('follows create and revoke at once', async () => {
    expect(await keys.required()).toBe(false)
    const { key, secret } = await keys.create({ name: 'ada', scope: 'chat' })
    expect(await keys.required()).toBe(true)
    expect(await keys.revoke(key.id)).toBe(true)
    expect(await keys.required()).toBe(false)
    expect(await keys.identify(secret)).toBeUndefined()
  })

  it('is asked of the file once', async () => {
    let reads = 0
    const counted = { ...database, all: (...args: Parameters<Database['all']>) => (reads++, database.all(...args)) }
    const store = createKeyStore({ database: counted as Database, clock })
    for (let n = 0; n < 5; n++) await store.required()
    expect(reads).toBe(1)
  })
})

describe('names', () => {
  it('are unique, whatever their case, and say so', async () => {
    await keys.create({ name: 'Ada', scope: 'chat' })
    await expect(keys.create({ name: 'ada', scope: 'admin' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'there is a key "Ada" already.',
    })
    expect(await keys.list()).toHaveLength(1)
  })

  it('are given to one of two that ask at the same time', async () => {
    const both = await Promise.allSettled([1, 2].map(() => keys.create({ name: 'ada', scope: 'chat' })))
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it.each(['', ' ', 'a b', '-a', 'a'.repeat(65), 'key_1', 'KEY_1', 'naïve', 'a\n', '../a'])(
    'refuse %j',
    async (name) => {
      await expect(keys.create({ name, scope: 'chat' })).rejects.toMatchObject({
        code: 'invalid_request',
        hint: expect.stringContaining('1 to 64 letters, digits'),
      })
    },
  )

  it.each(['a', 'a'.repeat(64), 'ci.deploy_1-b'])('accept %j, and revoke by it', async (name) => {
    await keys.create({ name, scope: 'chat' })
    expect(await keys.revoke(name)).toBe(true)
    expect(await keys.revoke(name)).toBe(false)
  })
})

it('refuses a scope there is not', async () => {
  await expect(keys.create({ name: 'ada', scope: 'root' as 'chat' })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('writes when a key was used, at most once a minute', async () => {
  const { secret } = await keys.create({ name: 'ada', scope: 'chat' })
  const lastUsed = async (): Promise<number | undefined> => (await keys.list())[0]?.lastUsedAt
  expect(await lastUsed()).toBeUndefined()
  await keys.identify('nobody')
  expect(await lastUsed()).toBeUndefined()
  const first = clock.now()
  await keys.identify(secret)
  expect(await lastUsed()).toBe(first)
  await clock.advance(59_000)
  await keys.identify(secret)
  expect(await lastUsed()).toBe(first)
  await clock.advance(1000)
  await keys.identify(secret)
  expect(await lastUsed()).toBe(first + 60_000)
})
