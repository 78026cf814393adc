import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMessage } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { createMemoryCollection } from './__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from './__fixtures__/open-temporary.ts'
import { createIngest, createRetriever, createThreadStore } from './index.ts'

const writeHandbook = async (text: string): Promise<string> => {
  const folder = join(await makeFolder(), 'handbook')
  await mkdir(folder)
  await writeFile(join(folder, 'travel.md'), text)
  return folder
}

it('keeps two principals apart in one data file: documents of one name, pruning, passages, threads', async () => {
  const database = await openTemporary()
  const collection = createMemoryCollection()
  const embedder = createFakeEmbedder()
  const ingest = createIngest({
    database,
    embedder,
    store: { collection: async () => collection },
    collection: 'default',
  })
  const retriever = createRetriever({ collection, embedder, minCosine: -1 })
  const [mine, yours] = [await writeHandbook('Meals: 400 NOK.'), await writeHandbook('Meals: 900 SEK.')]

  for (const [folder, principal] of [
    [mine, 'key-a'],
    [yours, 'key-b'],
  ] as const)
    expect(await ingest.ingest(folder, { principal, prune: true })).toMatchObject({ added: 1, failed: [], removed: [] })
  const found = async (principal?: string): Promise<string[]> =>
    (await retriever.retrieve('meals', { principal })).map(({ text }) => text).toSorted()
  expect(await found('key-a')).toEqual(['Meals: 400 NOK.'])
  expect(await found('key-b')).toEqual(['Meals: 900 SEK.'])
  expect(await found('key-c')).toEqual([])
  expect(await found()).toHaveLength(2)

  const threads = await createThreadStore({ database })
  await threads.append('key-a', 'ada', [createMessage('user', 'Mine.')])
  expect(await threads.messages('key-b', 'ada')).toEqual([])
  expect(await threads.messages('key-a', 'ada')).toHaveLength(1)
})
