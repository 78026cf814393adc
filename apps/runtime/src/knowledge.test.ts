import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noopTelemetry, type EmbeddingModel } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { openDatabase } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createKnowledge, type Knowledge } from './knowledge.ts'

/** Documents that an embedder elsewhere has embedded, in the knowledge. */
const setUp = async (embedder: EmbeddingModel, elsewhere = false): Promise<Knowledge> => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  await writeFile(join(folder.path, 'travel.md'), '# Meals\n\nThe allowance in Oslo is 400 NOK a day.\n')
  const database = await openDatabase({ path: join(folder.path, 'rt.db') })
  const store = await createSqliteStore({ database })
  onTestFinished(() => database[Symbol.asyncDispose]())
  const knowledge = createKnowledge({
    database: async () => database,
    vectors: { kind: 'sqlite', elsewhere, store: async () => store, reranker: () => Promise.reject(new Error('none')) },
    telemetry: async () => noopTelemetry,
    embedder: async () => embedder,
    settings: { embed: ['openai/embed'], passages: 2 },
    readOnly: false,
  })
  await knowledge.ingest(join(folder.path, 'travel.md'))
  return knowledge
}

it('finds passages for a local-only question by words alone where the embedder is elsewhere, and says so', async () => {
  const embedder = createFakeEmbedder({ id: 'openai/embed', local: false })
  const knowledge = await setUp(embedder)
  const { calls } = embedder.counts
  const found = await knowledge.retrieve('default', 'allowance in Oslo', { label: 'local-only' })
  expect(found.passages).toMatchObject([{ headings: ['Meals'] }])
  expect(found.passages[0]).not.toHaveProperty('cosine')
  expect(found.warning).toEqual({
    id: 'local-only-query',
    message: expect.stringMatching(/openai\/embed is not on this machine: .*by words only/) as unknown,
  })
  expect(embedder.counts.calls).toBe(calls)

  expect(await knowledge.retrieve('default', 'allowance in Oslo', {})).not.toHaveProperty('warning')
  expect(embedder.counts.calls).toBe(calls + 1)
})

it('embeds a local-only question with an embedder on this machine', async () => {
  const embedder = createFakeEmbedder()
  const knowledge = await setUp(embedder)
  const { calls } = embedder.counts
  const found = await knowledge.retrieve('default', 'allowance in Oslo', { label: 'local-only' })
  expect(found).not.toHaveProperty('warning')
  expect(found.passages[0]?.cosine).toBeGreaterThan(0)
  expect(embedder.counts.calls).toBe(calls + 1)
})

it('asks a store elsewhere nothing that is local-only, and gives it no such documents', async () => {
  const embedder = createFakeEmbedder()
  const knowledge = await setUp(embedder, true)
  const { calls } = embedder.counts
  expect(await knowledge.retrieve('default', 'allowance in Oslo', { label: 'local-only' })).toEqual({
    passages: [],
    warning: { id: 'local-only-query', message: expect.stringContaining('(sqlite) is not on this machine') as unknown },
  })
  await expect(knowledge.ingest('/no-such-folder', { label: 'local-only' })).rejects.toMatchObject({
    code: 'local_only',
  })
  expect(embedder.counts.calls).toBe(calls)
  expect((await knowledge.retrieve('default', 'allowance in Oslo', {})).passages).toHaveLength(1)
})

it('knows at once that there are documents, and that there are none any more; a wrong filter is one even then', async () => {
  const folder = await temporaryFolder()
  await using database = await openDatabase({ path: join(folder.path, 'rt.db') })
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const store = await createSqliteStore({ database })
  const knowledge = createKnowledge({
    database: async () => database,
    vectors: {
      kind: 'sqlite',
      elsewhere: false,
      store: async () => store,
      reranker: () => Promise.reject(new Error('none')),
    },
    telemetry: async () => noopTelemetry,
    embedder: async () => undefined,
    settings: { embed: false, passages: 2 },
    readOnly: false,
  })
  expect(await knowledge.named(true)).toBeUndefined()
  await expect(knowledge.search('meals', { filter: { a: { $gt: 1 } } })).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'filter "a": "$gt" is no operator; did you mean "gt"?',
  })
  const collection = await store.collection('default')
  await collection.upsert([{ id: 'a', text: 'The allowance in Oslo is 400 NOK a day.' }])
  expect(await knowledge.named(true)).toBe('default')
  await collection.delete(['a'])
  expect(await knowledge.named(true)).toBeUndefined()
})
