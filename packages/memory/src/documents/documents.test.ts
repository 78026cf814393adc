import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError, type IngestReport, type VectorStore } from '@rt/core'
import { createFakeClock, createFakeEmbedder } from '@rt/core/testing'
import { openDatabase, type Database } from '@rt/node/sqlite'
import { expect, it } from 'vitest'
import { fakeStore } from '../__fixtures__/fake-store.ts'
import { createMemoryCollection, type MemoryCollection } from '../__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { createIngest, type Ingest } from '../ingest/ingest.ts'
import { createDocuments, type Documents } from './documents.ts'

interface Setup {
  folder: string
  database: Database
  collections: Map<string, MemoryCollection>
  store: VectorStore
  documents: Documents
  ingest(collection?: string): Ingest
}

const setUp = async (): Promise<Setup> => {
  const folder = join(await makeFolder(), 'docs')
  await mkdir(folder)
  await writeFile(join(folder, 'a.md'), '# A\n\nFirst.\n\n# B\n\nSecond.\n')
  await writeFile(join(folder, 'b.csv'), 'city,cap\nOslo,400\n')
  await writeFile(join(folder, 'empty.txt'), '')
  const database = await openTemporary()
  const collections = new Map<string, MemoryCollection>()
  const store: VectorStore = {
    ...fakeStore,
    async collection(name) {
      const found = collections.get(name) ?? createMemoryCollection(name)
      collections.set(name, found)
      return found
    },
    list: async () =>
      [...collections.values()].map(({ name, records }) => ({
        name,
        count: records.size,
        index: { kind: 'none', reason: 'a fake' },
      })),
    async drop(name) {
      const dropped = collections.get(name)
      // Who opened it before has nothing any more.
      if (dropped) dropped.count = () => Promise.reject(new RtError({ code: 'not_found', message: 'it was dropped.' }))
      return collections.delete(name)
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const ingest: Setup['ingest'] = (name = 'default') =>
    createIngest({
      database,
      embedder: createFakeEmbedder(),
      clock: createFakeClock(1000),
      store,
      collection: name,
    })
  return {
    folder,
    database,
    collections,
    store,
    ingest,
    documents: createDocuments({ database, store: async () => store }),
  }
}

it('lists what was ingested, by collection and source', async () => {
  const { folder, documents, ingest } = await setUp()
  expect(await documents.list()).toEqual([])
  await ingest().ingest(folder)
  await ingest('other').ingest(join(folder, 'a.md'))
  const row = { mode: 'hybrid', updatedAt: 1000 }
  expect(await documents.list()).toEqual([
    { collection: 'default', source: 'docs/a.md', chunks: 2, ...row },
    { collection: 'default', source: 'docs/b.csv', chunks: 1, ...row },
    { collection: 'default', source: 'docs/empty.txt', chunks: 0, ...row },
    { collection: 'other', source: 'docs/a.md', chunks: 2, ...row },
  ])
  expect(await documents.list({ collection: 'other' })).toHaveLength(1)
})

it('lists beside an owner, from a database that is open for reading only and may hold none', async () => {
  const { folder, database, store, ingest } = await setUp()
  await database.write({ sql: 'CREATE TABLE other (x)' })
  await using reader = await openDatabase({ path: database.path, readOnly: true })
  const documents = createDocuments({ database: reader, store: async () => store })
  expect(await documents.list()).toEqual([])
  await ingest().ingest(folder)
  expect(await documents.list()).toHaveLength(3)
})

it('lists from a data file of before there were labels', async () => {
  const { folder, database, store, ingest } = await setUp()
  await ingest().ingest(folder, { label: 'local-only' })
  await database.write({ sql: 'ALTER TABLE memory_documents DROP COLUMN label' })
  await using reader = await openDatabase({ path: database.path, readOnly: true })
  const rows = await createDocuments({ database: reader, store: async () => store }).list()
  expect(rows.map((row) => [row.source, 'label' in row])).toEqual([
    ['docs/a.md', false],
    ['docs/b.csv', false],
    ['docs/empty.txt', false],
  ])
})

it('forgets a document with its chunks, until its folder is ingested again', async () => {
  const { folder, collections, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  expect(await documents.forget('docs/a.md', 'default')).toBe(true)
  expect(await documents.forget('docs/a.md', 'default')).toBe(false)
  expect(await documents.forget('docs/b.csv', 'nowhere')).toBe(false)
  expect([...collections.keys()]).toEqual(['default'])
  expect([...collections.get('default')!.records.values()].map(({ text }) => text)).toEqual(['city: Oslo\ncap: 400'])
  expect((await documents.list()).map(({ source }) => source)).toEqual(['docs/b.csv', 'docs/empty.txt'])
  expect(await ingest().ingest(folder)).toMatchObject({ added: 1, unchanged: 2 })
})

it('loses nothing and leaves nothing when it is interrupted while forgetting', async () => {
  const { folder, collections, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  const collection = collections.get('default')!
  const { delete: remove } = collection
  collection.delete = () => Promise.reject(new Error('killed'))
  await expect(documents.forget('docs/a.md', 'default')).rejects.toThrow('killed')
  expect((await documents.list()).map(({ source }) => source)).not.toContain('docs/a.md')
  collection.delete = remove
  expect(await documents.forget('docs/a.md', 'default')).toBe(true)
  expect(collection.records.size).toBe(1)
})

it('leaves nothing either when an ingest comes next', async () => {
  const { folder, collections, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  const collection = collections.get('default')!
  const { delete: remove } = collection
  collection.delete = () => Promise.reject(new Error('killed'))
  await expect(documents.forget('docs/a.md', 'default')).rejects.toThrow('killed')
  collection.delete = remove
  await writeFile(join(folder, 'a.md'), '# C\n\nThird.\n')
  await ingest().ingest(folder)
  expect([...collection.records.values()].map(({ text }) => String(text)).toSorted()).toEqual([
    '# C\n\nThird.',
    'city: Oslo\ncap: 400',
  ])
})

it('drops a collection with its rows, so that it is filled again', async () => {
  const { folder, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  await ingest('other').ingest(folder)
  expect(await documents.dropCollection('default')).toBe(true)
  expect(await documents.dropCollection('default')).toBe(false)
  expect(new Set((await documents.list()).map(({ collection }) => collection))).toEqual(new Set(['other']))
  expect(await ingest().ingest(folder)).toMatchObject({ added: 3, unchanged: 0 })
})

it('takes no row for a chunk after a drop that was interrupted', async () => {
  const { folder, database, collections, store, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  const drop = async (name: string): Promise<boolean> => {
    await store.drop(name)
    throw new Error('killed')
  }
  const killed = createDocuments({ database, store: async () => ({ ...store, drop }) })
  await expect(killed.dropCollection('default')).rejects.toThrow('killed')
  expect(await documents.list()).toEqual([])
  expect(await ingest().ingest(join(folder, 'b.csv'))).toMatchObject({ added: 1 })
  expect(await ingest().ingest(folder)).toMatchObject({ added: 2, unchanged: 1 })
  expect(collections.get('default')!.records.size).toBe(3)
})

/** An ingest that is in the middle of its work until it is let go on. */
const hold = async ({ folder, store, ingest }: Setup): Promise<{ run: Promise<IngestReport>; release(): void }> => {
  const collection = (await store.collection('default')) as MemoryCollection
  const inside = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const { upsert } = collection
  collection.upsert = async (...args) => {
    inside.resolve()
    await gate.promise
    return upsert(...args)
  }
  const run = ingest().ingest(folder)
  await inside.promise
  return { run, release: gate.resolve }
}

it('waits for an ingest of the same collection, or gives up when aborted', async () => {
  const setup = await setUp()
  const { documents } = setup
  const { run, release } = await hold(setup)
  const forgotten = documents.forget('docs/a.md', 'default')
  const controller = new AbortController()
  const given = documents.forget('docs/b.csv', 'default', { signal: controller.signal })
  controller.abort()
  await expect(given).rejects.toMatchObject({ code: 'aborted' })
  release()
  expect(await run).toMatchObject({ added: 3 })
  expect([await forgotten, (await documents.list()).length]).toEqual([true, 2])
})

it('gives an ingest its turn when it is called, and lets it give up while it waits', async () => {
  const setup = await setUp()
  const { folder, documents, ingest } = setup
  const { run, release } = await hold(setup)
  const controller = new AbortController()
  const one = ingest()
  const waiting = one.ingest(folder, { signal: controller.signal })
  const next = one.ingest(folder)
  const forgotten = documents.forget('docs/a.md', 'default')
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  release()
  expect(await run).toMatchObject({ added: 3 })
  expect([(await next).unchanged, await forgotten]).toEqual([3, true])
})

it('fills a collection anew that is dropped before it is its turn', async () => {
  const { folder, documents, ingest } = await setUp()
  await ingest().ingest(folder)
  const dropped = documents.dropCollection('default')
  expect(await ingest().ingest(folder)).toMatchObject({ added: 3 })
  expect(await dropped).toBe(true)
})
