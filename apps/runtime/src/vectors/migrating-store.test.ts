import type { CollectionStamp, EmbeddingModel, VectorStore } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { embeddableOf } from '@rt/memory'
import { createSqliteStore } from '@rt/vector'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMigratingStore, type MigratingParts, type MigratingStore } from './migrating-store.ts'

const one = createFakeEmbedder({ id: 'one', dimensions: 256 })
const two = createFakeEmbedder({ id: 'two', dimensions: 512 })
const stampOf = ({ dimensions, fingerprint }: EmbeddingModel): CollectionStamp => ({
  dimensions,
  metric: 'cosine',
  fingerprint,
})

const open = async (
  parts: Partial<MigratingParts> = {},
): Promise<{ store: VectorStore; migrating: MigratingStore }> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-migrating-'))
  const store = await createSqliteStore({ path: join(folder, 'rt.db') })
  onTestFinished(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const collection = await store.collection('default', stampOf(one))
  const texts = ['Coats are paid for.', 'Trains before planes.', 'Meals cost up to 400.']
  const { vectors } = await one.embed(texts)
  await collection.upsert(
    texts.map((text, n) => ({ id: String(n), text, vector: vectors[n]!, metadata: { headings: ['Travel'] } })),
  )
  const migrating = createMigratingStore({
    store,
    embedder: async () => two,
    former: async (fingerprint) => (fingerprint === one.fingerprint ? one : undefined),
    nameOf: async (fingerprint) => (fingerprint === one.fingerprint ? 'one' : undefined),
    textOf: embeddableOf,
    note: async () => {},
    idle: async () => {},
    readOnly: false,
    signal: new AbortController().signal,
    ...parts,
  })
  return { store, migrating }
}

describe('a store whose collections change their embedder', () => {
  it('migrates a collection that is opened with the embedder of today, and serves it meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const { migrating } = await open({ idle: () => gate.promise })
    const [collection, again] = await Promise.all([
      migrating.collection('default', stampOf(two)),
      migrating.collection('default', stampOf(two)),
    ])
    expect(again).toBe(collection)
    expect(await migrating.list()).toMatchObject([
      { name: 'default', count: 3, stamp: stampOf(one), migrating: { total: 3 } },
    ])
    const { vectors } = await two.embed(['Coats are paid for.'])
    const query = { vector: vectors[0]!, text: 'Coats are paid for.', k: 1 }
    expect(await collection.search(query)).toMatchObject([{ id: '0' }])
    const seen: number[] = []
    const { migration, embedder } = await migrating.migrate('default', { onProgress: ({ done }) => seen.push(done) })
    gate.resolve()
    expect(embedder).toBe('two')
    expect(await migration.done).toMatchObject({ switched: true })
    expect(await migrating.list()).toMatchObject([{ name: 'default', count: 3, stamp: stampOf(two) }])
    expect((await migrating.list())[0]).not.toHaveProperty('migrating')
    // Headings are embedded with the text, as the ingest did.
    const asIngested = (await two.embed(['Travel\nCoats are paid for.'])).vectors[0]!
    const [hit] = await (await migrating.collection('default', stampOf(two))).search({ vector: asIngested, k: 1 })
    expect(hit?.cosine).toBeCloseTo(1, 5)
  })

  it('waits for a word where the embedder is elsewhere, and sends it nothing that must stay', async () => {
    const sent: string[] = []
    const elsewhere: EmbeddingModel = {
      ...two,
      local: false,
      embed: async (texts, options) => {
        sent.push(...texts)
        return two.embed(texts, options)
      },
    }
    const { store, migrating } = await open({ embedder: async () => elsewhere })
    await (await store.collection('default')).update([{ id: '2', set: { label: 'local-only' } }])
    const error = await migrating.collection('default', stampOf(two)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'stamp_mismatch',
      hint: expect.stringContaining('rt collections migrate default') as string,
    })
    expect(sent).toEqual([])
    expect(await (await migrating.migrate('default')).migration.done).toMatchObject({ switched: true })
    expect(sent).toContain('Travel\nCoats are paid for.')
    expect(sent.some((text) => text.includes('Meals'))).toBe(false)
  })

  it('finds by the old vectors where it may only read, and by words where their embedder is gone', async () => {
    const text = 'Coats are paid for.'
    const vector = (await two.embed([text])).vectors[0]!
    const known = await open({ readOnly: true })
    const collection = await known.migrating.collection('default', stampOf(two))
    const [hit] = await collection.search({ vector, text, mode: 'dense', k: 1 })
    expect(hit).toMatchObject({ id: '0' })
    expect(hit?.cosine).toBeCloseTo(1, 5)
    expect(await collection.search({ vector, text, k: 1 })).toMatchObject([{ id: '0' }])
    expect(await known.migrating.list()).toMatchObject([{ name: 'default', stamp: stampOf(one) }])

    const gone = await open({ readOnly: true, former: async () => undefined })
    const words = await gone.migrating.collection('default', stampOf(two))
    const [found] = await words.search({ vector, text, k: 1 })
    expect(found).toMatchObject({ id: '0' })
    expect(found).not.toHaveProperty('cosine')
    await expect(words.search({ vector, text, mode: 'dense' })).rejects.toMatchObject({ code: 'stamp_mismatch' })
  })

  it('never replaces vectors that no embedder of this runtime made, unless somebody says so', async () => {
    const { store, migrating } = await open({ nameOf: async () => undefined, former: async () => undefined })
    const error = await migrating.collection('default', stampOf(two)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'stamp_mismatch',
      message: expect.stringContaining(one.fingerprint) as string,
      hint: expect.stringContaining('rt collections migrate default') as string,
    })
    expect(await store.list()).toMatchObject([{ name: 'default', stamp: stampOf(one) }])
    expect(await (await migrating.migrate('default')).migration.done).toMatchObject({ switched: true })
  })

  it('changes nothing for another metric', async () => {
    const { migrating } = await open()
    await expect(migrating.collection('default', { ...stampOf(two), metric: 'l2' })).rejects.toMatchObject({
      code: 'stamp_mismatch',
    })
    expect(await migrating.list()).toHaveLength(1)
  })

  it('drops both halves', async () => {
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const { store, migrating } = await open({
      idle: () => {
        begun.resolve()
        return gate.promise
      },
    })
    await migrating.collection('default', stampOf(two))
    await begun.promise
    expect((await store.list()).map(({ name }) => name)).toEqual(['default', 'default~next'])
    const dropping = migrating.drop('default')
    gate.resolve()
    expect(await dropping).toBe(true)
    expect(await store.list()).toEqual([])
  })
})
