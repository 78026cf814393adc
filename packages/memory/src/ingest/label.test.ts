import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOCAL, type EmbeddingModel, type PrivacyLabel } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { createMemoryCollection, type MemoryCollection } from '../__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { createDocuments } from '../documents/documents.ts'
import { createRetriever } from '../retrieve/retriever.ts'
import { createIngest, type Ingest } from './ingest.ts'

const LONG = Array.from({ length: 100 }, (_, i) => `# Part ${i}\n\nSecret ${i}.\n`).join('\n')

const setUp = async () => {
  const folder = join(await makeFolder(), 'docs')
  await mkdir(folder)
  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text)
  await write('a.md', '# Pay\n\nAda earns 100.\n')
  await write('b.csv', 'name,pay\nBob,200\n')
  const database = await openTemporary()
  const collection = createMemoryCollection()
  const local = createFakeEmbedder()
  const remote = createFakeEmbedder({ id: 'openai/embed', local: false })
  const ingest = (embedder?: EmbeddingModel): Ingest =>
    createIngest({ database, store: { collection: async () => collection }, collection: 'default', embedder })
  const { list } = createDocuments({ database, store: () => Promise.reject(new Error('not asked for')) })
  const labels = async (): Promise<(PrivacyLabel | undefined)[]> => (await list()).map(({ label }) => label)
  return { folder, write, collection, local, remote, ingest, labels, list }
}

const chunkLabels = ({ records }: MemoryCollection): Set<unknown> =>
  new Set(Array.from(records.values(), ({ metadata }) => metadata?.['label']))

it('keeps the label with the document, its chunks and its passages', async () => {
  const { folder, collection, local, ingest, list } = await setUp()
  await ingest(local).ingest(join(folder, 'a.md'), { label: 'local-only' })
  await ingest(local).ingest(join(folder, 'b.csv'))
  expect(await list()).toMatchObject([{ source: 'docs/a.md', label: 'local-only' }, { source: 'docs/b.csv' }])
  expect((await list())[1]).not.toHaveProperty('label')
  const passages = await createRetriever({ collection }).retrieve('Ada Bob', { principal: LOCAL })
  expect(Object.fromEntries(passages.map(({ source, label }) => [source, label]))).toEqual({
    'docs/a.md': 'local-only',
    'docs/b.csv': undefined,
  })
})

it('puts a label on and takes it off without embedding anything again, and says when it is gone', async () => {
  const { folder, collection, local, ingest, labels } = await setUp()
  await ingest(local).ingest(folder)
  const { calls } = local.counts
  const vectors = Array.from(collection.records.values(), ({ vector }) => vector)

  const on = await ingest(local).ingest(folder, { label: 'local-only' })
  expect(on).toMatchObject({ changed: 2, unchanged: 0, embedded: 0, chunks: 2 })
  expect([await labels(), chunkLabels(collection)]).toEqual([['local-only', 'local-only'], new Set(['local-only'])])
  expect(await ingest(local).ingest(folder, { label: 'local-only' })).toMatchObject({ unchanged: 2 })

  const off = await ingest(local).ingest(folder)
  expect(off).toMatchObject({
    changed: 2,
    outcomes: [{ warnings: [expect.stringContaining('no longer local-only')] }, {}],
  })
  expect([await labels(), chunkLabels(collection)]).toEqual([[undefined, undefined], new Set([undefined])])
  expect(local.counts.calls).toBe(calls)
  expect(Array.from(collection.records.values(), ({ vector }) => vector)).toEqual(vectors)
})

it('refuses an embedder elsewhere before anything is sent, and names it', async () => {
  const { folder, collection, remote, ingest, labels } = await setUp()
  await expect(ingest(remote).ingest(folder, { label: 'local-only' })).rejects.toMatchObject({
    code: 'local_only',
    message: expect.stringContaining('openai/embed') as unknown,
    hint: expect.stringContaining('embed: false') as unknown,
  })
  expect([remote.counts.calls, collection.records.size, await labels()]).toEqual([0, 0, []])
  // Without an embedder nothing leaves, and words are found.
  expect(await ingest().ingest(folder, { label: 'local-only' })).toMatchObject({ added: 2, mode: 'keyword' })
})

it('sends no labelled document to an embedder elsewhere, changed or not, and leaves its label', async () => {
  const { folder, write, collection, remote, ingest, labels } = await setUp()
  await ingest().ingest(folder, { label: 'local-only' })
  await write('b.csv', 'name,pay\nBob,300\n')
  await write('c.md', '# Menu\n\nSoup.\n')
  const sent: string[] = []
  const spy: EmbeddingModel = {
    ...remote,
    embed: (texts, ...rest) => (sent.push(...texts), remote.embed(texts, ...rest)),
  }
  const report = await ingest(spy).ingest(folder)
  expect(report).toMatchObject({ added: 1, changed: 0, unchanged: 0 })
  expect(report.failed).toEqual([
    {
      source: 'docs/a.md',
      reason: expect.stringMatching(/local-only.*openai\/embed is not on this machine/) as unknown,
    },
    { source: 'docs/b.csv', reason: expect.any(String) as unknown },
  ])
  expect(sent.join()).toContain('Soup')
  expect(sent.join()).not.toMatch(/Ada|Bob/)
  expect(await labels()).toEqual(['local-only', 'local-only', undefined])
  expect(collection.records.size).toBe(3)
})

it('labels what it knows of a file that can no longer be read', async () => {
  const { folder, write, local, collection, ingest, labels } = await setUp()
  await ingest(local).ingest(folder)
  await write('a.md', 'a\u0000b')
  expect(await ingest(local).ingest(folder, { label: 'local-only' })).toMatchObject({
    failed: [{ source: 'docs/a.md' }],
  })
  expect([await labels(), chunkLabels(collection)]).toEqual([['local-only', 'local-only'], new Set(['local-only'])])
  // And leaves it on where it cannot be read without one.
  await ingest(local).ingest(folder)
  expect(await labels()).toEqual(['local-only', undefined])
})

it.each<[string, PrivacyLabel | undefined, PrivacyLabel | undefined]>([
  ['put on', undefined, 'local-only'],
  ['taken off', 'local-only', undefined],
])('finishes a label that was %s when the run was stopped, whichever comes next', async (_, from, to) => {
  for (const next of [from, to]) {
    const { folder, write, local, collection, ingest, labels } = await setUp()
    await write('a.md', LONG)
    await ingest(local).ingest(join(folder, 'a.md'), { ...(from && { label: from }) })
    let upserts = 0
    collection.beforeUpsert = () => {
      if (++upserts === 2) throw new Error('killed')
    }
    const stopped = ingest(local).ingest(join(folder, 'a.md'), { ...(to && { label: to }) })
    await expect(stopped).rejects.toThrow('killed')
    expect(await labels()).toEqual(['local-only'])
    delete collection.beforeUpsert
    const report = await ingest(local).ingest(join(folder, 'a.md'), { ...(next && { label: next }) })
    expect(report.embedded).toBe(0)
    expect([await labels(), chunkLabels(collection)]).toEqual([[next], new Set([next])])
  }
})

it('refuses a word that is no label', async () => {
  const { folder, ingest } = await setUp()
  const label = 'local_only' as PrivacyLabel
  await expect(ingest().ingest(folder, { label })).rejects.toMatchObject({ code: 'invalid_request' })
})
