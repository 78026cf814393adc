import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Provider, VectorRecord } from '@rt/core'
import { createSqliteStore } from '@rt/vector'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from '../index.ts'

const open = async (options: RuntimeOptions = {}): Promise<Runtime & { folder: string }> => {
  const folder = await temporaryFolder()
  const rt = await createRuntime({ data: join(folder.path, 'data'), config: false, embed: false, ...options })
  onTestFinished(async () => {
    await rt.close()
    await folder[Symbol.asyncDispose]()
  })
  return Object.assign(rt, { folder: folder.path })
}

const STAMP = { dimensions: 2, metric: 'cosine', fingerprint: 'test/2' } as const
const RECORDS: VectorRecord[] = [
  { id: 'a', text: 'red apples', vector: Float32Array.of(1, 0), metadata: { lang: 'en', n: 1 } },
  { id: 'b', text: 'green apples', vector: Float32Array.of(1, 1), metadata: { lang: 'en', n: 2 } },
  { id: 'c', text: 'rote Äpfel', vector: Float32Array.of(0, 1), metadata: { lang: 'de', n: 3 } },
]

it('makes, fills, reads, changes and deletes collections', async () => {
  const { collections } = await open()
  expect(await collections.create('fruit', { stamp: STAMP, options: { recall: 0.9 } })).toMatchObject({
    name: 'fruit',
    count: 0,
    stamp: STAMP,
    options: { recall: 0.9 },
  })
  await expect(collections.create('fruit')).rejects.toMatchObject({ code: 'conflict' })
  await expect(collections.create('fruit~next')).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await collections.upsert('fruit', RECORDS)).toBe(3)
  function* more() {
    yield { id: 'd' }
  }
  expect(await collections.upsert('fruit', more())).toBe(1)
  expect(await collections.get('fruit', ['c'])).toEqual([RECORDS[2]])
  expect(await collections.update('fruit', [{ id: 'c', set: { n: 4 }, remove: ['lang'] }])).toBe(1)
  expect(await collections.count('fruit', { filter: { n: { gte: 2 } } })).toBe(2)
  expect(await collections.delete('fruit', { filter: { n: 4 } })).toBe(1)
  expect(await collections.delete('fruit', ['d', 'none'])).toBe(1)
  const found = await collections.search('fruit', {
    vector: Float32Array.of(1, 0.9),
    text: 'apples',
    k: 1,
    explain: true,
  })
  expect(found).toMatchObject([{ id: 'b', explain: { fusion: 'min-max' } }])
  const read: string[] = []
  for await (const { id, vector } of collections.records('fruit', { filter: { lang: 'en' }, vectors: false })) {
    expect(vector).toBeUndefined()
    read.push(id)
  }
  expect(read.toSorted()).toEqual(['a', 'b'])
})

it('finds a collection by its aliases, each time anew', async () => {
  const { collections } = await open()
  for (const name of ['blue', 'green']) {
    await collections.create(name)
    await collections.upsert(name, [{ id: name }])
  }
  await collections.alias({ live: 'blue' })
  expect(await collections.describe('live')).toMatchObject({ name: 'blue', aliases: ['live'] })
  expect(await collections.get('live', ['blue'])).toHaveLength(1)
  await collections.alias({ live: 'green' })
  expect(await collections.get('live', ['green'])).toHaveLength(1)
  await expect(collections.create('live')).rejects.toMatchObject({ code: 'conflict' })
})

it('makes no collection by writing or reading, and forgets one that was deleted', async () => {
  const { collections } = await open()
  await collections.create('fruit')
  for (const ask of [
    () => collections.upsert('fruits', RECORDS),
    () => collections.get('fruits', ['a']),
    () => collections.count('fruits'),
    () => collections.describe('fruits'),
    () => collections.search('fruits', { text: 'a' }),
    () => collections.records('fruits')[Symbol.asyncIterator]().next(),
  ])
    await expect(ask()).rejects.toMatchObject({
      code: 'not_found',
      hint: 'Did you mean fruit? Collections: fruit.',
    })
  await collections.upsert('fruit', RECORDS)
  expect(await collections.drop('fruit')).toBe(true)
  await expect(collections.count('fruit')).rejects.toMatchObject({ code: 'not_found' })
  await collections.create('fruit')
  expect(await collections.count('fruit')).toBe(0)
  expect((await collections.list()).map(({ name }) => name)).toEqual(['fruit'])
})

it('moves a collection into another file and back, with writers waiting for the switch', async () => {
  const { collections, collection, folder } = await open()
  await collections.create('fruit', { stamp: STAMP })
  await collections.upsert('fruit', RECORDS)
  await collections.alias({ live: 'fruit' })
  const to = { store: 'sqlite' as const, url: join(folder, 'other.db') }
  expect(await collections.move('fruit', { to })).toMatchObject({ name: 'fruit', records: 3, kept: false })
  expect(await collections.list()).toEqual([])
  {
    await using other = await createSqliteStore({ path: to.url })
    expect(await other.list()).toMatchObject([{ name: 'fruit', count: 3, aliases: ['live'] }])
  }
  expect(await collections.move('live', { from: to, to: { store: 'sqlite' }, keep: true })).toMatchObject({
    kept: true,
  })
  expect(await (await collection('fruit')).get(['a', 'b', 'c'])).toEqual(RECORDS)
  await expect(collections.move('fruit', { to })).rejects.toMatchObject({ code: 'conflict' })
  expect(await collections.move('fruit', { to, resume: true })).toMatchObject({ records: 3 })
  await expect(collections.move('none', { to })).rejects.toMatchObject({ code: 'not_found' })
})

it('lets a reranker elsewhere read no collection with local-only records', async () => {
  const asked: string[][] = []
  const provider = (id: string): Provider => ({
    id,
    languageModel: () => {
      throw new Error('none')
    },
    reranker: (name) => ({
      id: `${id}/${name}`,
      rerank: async (_query, documents) => {
        asked.push(documents)
        return documents.map((_, index) => ({ index, score: index / 10 })).toReversed()
      },
    }),
  })
  const { collections, search } = await open({ providers: { far: provider('far') } })
  await collections.create('default')
  await collections.upsert('default', RECORDS)
  const query = { text: 'apples', rerank: { model: 'far/rank' } }
  expect(await collections.search('default', query)).toMatchObject([{ id: 'b', rerank: 0.1 }, { id: 'a' }])
  const passages = await search('apples', { rerank: { model: 'far/rank' }, explain: true, filter: { n: { lte: 2 } } })
  expect(passages).toMatchObject([{ rerank: 0.1, explain: { fusedRank: 2 } }, {}])
  expect(asked).toHaveLength(2)
  await collections.update('default', [{ id: 'c', set: { label: 'local-only' } }])
  await expect(collections.search('default', query)).rejects.toMatchObject({ code: 'local_only' })
  await expect(search('apples', { rerank: { model: 'far/rank' } })).rejects.toMatchObject({ code: 'local_only' })
  expect(asked).toHaveLength(2)
})

it('searches passages as it is told', async () => {
  const { collections, search } = await open()
  await collections.create('default')
  await collections.upsert('default', [
    { id: '1', text: 'The train leaves.', metadata: { source: 'a/x.md', start: 0, end: 17 } },
    { id: '2', text: 'The train arrives.', metadata: { source: 'b/x.md', start: 0, end: 18 } },
  ])
  const sources = async (options: Parameters<typeof search>[1]): Promise<string[]> =>
    (await search('train leaves', options)).map(({ source }) => source)
  expect(await sources({ mode: 'keyword' })).toEqual(['a/x.md', 'b/x.md'])
  expect(await sources({ filter: { source: { prefix: 'b/' } } })).toEqual(['b/x.md'])
  expect(await sources({ words: 'phrase' })).toEqual(['a/x.md'])
  expect(await sources({ threshold: { bm25: 1e6 } })).toEqual([])
  await expect(search('train', { filter: { source: { like: 'x' } } })).resolves.toEqual([])
  await expect(search('train', { mode: 'dense' })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('keeps collections in the store of the settings, and brings there what was in the data folder', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  await writeFile(join(folder.path, 'travel.md'), '# Meals\n\nThe allowance in Oslo is 400 NOK a day.\n')
  const options = { data: join(folder.path, 'data'), config: false as const, embed: false as const }
  {
    await using rt = await createRuntime(options)
    await rt.ingest(join(folder.path, 'travel.md'))
  }
  await using rt = await createRuntime({ ...options, vector: { store: 'lancedb', recall: 0.9 } })
  expect(await rt.search('allowance')).toEqual([])
  expect(await rt.collections.move('default', { from: { store: 'sqlite' } })).toMatchObject({ records: 1 })
  expect(await rt.search('allowance')).toMatchObject([{ headings: ['Meals'] }])
  expect(await rt.ingest(join(folder.path, 'travel.md'))).toMatchObject({ unchanged: 1 })
  await rt.collections.create('new')
  expect((await rt.collections.describe('new')).options).toMatchObject({ recall: 0.9 })
  expect(await rt.documents.forget((await rt.documents.list())[0]!.source)).toBe(true)
  expect(await rt.collections.count('default')).toBe(0)
  expect(await readdir(options.data)).toContain('lancedb')
})

it('lists collections of a folder that may only be read, also where no embedder was ever used', async () => {
  const first = await open()
  await first.collections.create('own', { stamp: { dimensions: 3, metric: 'cosine', fingerprint: 'own/3' } })
  await first.close()
  const reader = await createRuntime({ data: join(first.folder, 'data'), config: false, embed: false, readOnly: true })
  onTestFinished(() => reader.close())
  expect(await reader.collections.list()).toMatchObject([{ name: 'own', stamp: { fingerprint: 'own/3' } }])
})
