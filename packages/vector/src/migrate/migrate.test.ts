import type { CollectionStamp, EmbeddingModel, VectorCollection, VectorStore } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../__fixtures__/open-temporary.ts'
import { createSqliteStore } from '../index.ts'
import { migrateEmbedder } from './migrate-embedder.ts'

const RECORDS = 200
const SUBJECTS = ['coats', 'trains', 'meals', 'hotels', 'flights', 'bikes', 'tickets', 'visas', 'phones', 'gifts']
const textOf = (n: number): string => `rule ${n} about ${SUBJECTS[n % SUBJECTS.length]} number${n} part${n * 7}`
const stampOf = ({ dimensions, fingerprint }: EmbeddingModel): CollectionStamp => ({
  dimensions,
  metric: 'cosine',
  fingerprint,
})
const embedOne = async (model: EmbeddingModel, text: string): Promise<Float32Array> =>
  (await model.embed([text], { kind: 'query' })).vectors[0]!

const setUp = async (path: string): Promise<{ store: VectorStore; from: Fake; to: Fake; old: VectorCollection }> => {
  const store = await createSqliteStore({ path })
  const from = createFakeEmbedder({ id: 'one', dimensions: 256 })
  const to = createFakeEmbedder({ id: 'two', dimensions: 512 })
  const old = await store.collection('notes', stampOf(from))
  const texts = Array.from({ length: RECORDS }, (_, n) => textOf(n))
  const { vectors } = await from.embed(texts)
  await old.upsert(texts.map((text, n) => ({ id: `r${n}`, text, vector: vectors[n]!, metadata: { n } })))
  return { store, from, to, old }
}
type Fake = ReturnType<typeof createFakeEmbedder>

/** Lets so many batches through, then waits for `open`. */
const gate = (batches: number): { idle: () => Promise<void>; reached: Promise<void>; open: () => void } => {
  const reached = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  let count = 0
  return {
    reached: reached.promise,
    open: opened.resolve,
    async idle() {
      if (count++ < batches) return
      reached.resolve()
      await opened.promise
    },
  }
}

describe('migrateEmbedder', () => {
  it('embeds everything anew and puts it in the place of the old vectors', async () => {
    using file = temporaryFile()
    const { store, from, to } = await setUp(file.path)
    await using _closing = store
    const seen: number[] = []
    const migration = await migrateEmbedder({
      store,
      name: 'notes',
      from,
      to,
      onProgress: ({ done }) => seen.push(done),
    })
    const report = await migration.done
    expect(report).toMatchObject({
      switched: true,
      done: RECORDS,
      total: RECORDS,
      parity: { reached: true, samples: 64 },
    })
    expect(seen).toContain(RECORDS)
    expect((await store.list()).map(({ name, count, stamp }) => [name, count, stamp])).toEqual([
      ['notes', RECORDS, stampOf(to)],
    ])
    const query = await embedOne(to, textOf(42))
    for (const collection of [await store.collection('notes', stampOf(to)), migration.collection])
      expect((await collection.search({ vector: query, k: 1 }))[0]).toMatchObject({ id: 'r42', metadata: { n: 42 } })
  })

  it('answers from both meanwhile, and takes writes', async () => {
    using file = temporaryFile()
    const { store, from, to } = await setUp(file.path)
    await using _closing = store
    const { idle, reached, open } = gate(1)
    const { collection, done } = await migrateEmbedder({ store, name: 'notes', from, to, idle })
    await reached
    expect(await collection.describe()).toMatchObject({
      name: 'notes',
      count: RECORDS,
      migrating: { done: 64, total: RECORDS },
    })
    const ask = async (text: string): Promise<string | undefined> =>
      (await collection.search({ vector: await embedOne(to, text), text, k: 1 }))[0]?.id
    // One that has its new vector, one that has not.
    expect(await ask(textOf(3))).toBe('r3')
    expect(await ask(textOf(190))).toBe('r190')
    const added = 'an added note of umbrellas'
    await collection.upsert([{ id: 'added', text: added, vector: await embedOne(to, added) }])
    expect(await ask(added)).toBe('added')
    await collection.delete(['r3', 'r150'])
    await collection.update([{ id: 'r5', set: { changed: true } }])
    await collection.upsert([{ id: 'r160', text: 'other text now', vector: await embedOne(to, 'other text now') }])
    open()
    expect(await done).toMatchObject({ switched: true })
    expect(await collection.count()).toBe(RECORDS - 1)
    expect(await collection.get(['r3', 'r150'])).toEqual([])
    expect(await collection.get(['r5', 'r160'])).toMatchObject([
      { metadata: { n: 5, changed: true } },
      { text: 'other text now' },
    ])
    expect(await ask('other text now')).toBe('r160')
  })

  it('goes on where it was stopped', async () => {
    using file = temporaryFile()
    const { store, from, to } = await setUp(file.path)
    await using _closing = store
    const { idle, reached, open } = gate(2)
    const controller = new AbortController()
    const first = await migrateEmbedder({ store, name: 'notes', from, to, idle, signal: controller.signal })
    await reached
    controller.abort()
    open()
    await expect(first.done).rejects.toMatchObject({ code: 'aborted' })
    expect((await store.list()).map(({ name, count }) => [name, count])).toEqual([
      ['notes', RECORDS],
      ['notes~next', 128],
    ])
    const embedded = to.counts.texts
    const second = await migrateEmbedder({ store, name: 'notes', from, to })
    expect(await second.done).toMatchObject({ switched: true })
    expect(to.counts.texts - embedded).toBe(RECORDS - 128 + 64)
  })

  it('keeps the old vectors where the new ones find less', async () => {
    using file = temporaryFile()
    const { store, from } = await setUp(file.path)
    await using _closing = store
    const blind: EmbeddingModel = {
      ...createFakeEmbedder({ id: 'blind' }),
      embed: async (texts) => ({
        vectors: texts.map(() => Float32Array.of(1, ...Array.from({ length: 63 }, () => 0))),
        tokens: 1,
        truncated: [],
      }),
    }
    const { done, collection } = await migrateEmbedder({ store, name: 'notes', from, to: blind })
    const { switched, parity } = await done
    expect([switched, parity.reached]).toEqual([false, false])
    expect(parity.before! > 0.9 && parity.after < 0.2).toBe(true)
    expect(await (await store.collection('notes', stampOf(from))).count()).toBe(RECORDS)
    expect((await collection.describe()).migrating).toMatchObject({
      behind: parity.before !== undefined && { after: parity.after },
    })
    const forced = await migrateEmbedder({ store, name: 'notes', from, to: blind, force: true })
    expect(await forced.done).toMatchObject({ switched: true })
  })

  it('starts anew towards another embedder, and loses no text that was written meanwhile', async () => {
    using file = temporaryFile()
    const { store, from, to } = await setUp(file.path)
    await using _closing = store
    const { idle, reached, open } = gate(1)
    const controller = new AbortController()
    const first = await migrateEmbedder({ store, name: 'notes', from, to, idle, signal: controller.signal })
    await reached
    await first.collection.upsert([{ id: 'added', text: 'umbrellas', vector: await embedOne(to, 'umbrellas') }])
    controller.abort()
    open()
    await expect(first.done).rejects.toMatchObject({ code: 'aborted' })
    const third = createFakeEmbedder({ id: 'three', dimensions: 128 })
    const { done, collection } = await migrateEmbedder({ store, name: 'notes', to: third })
    expect(await done).toMatchObject({ switched: true })
    expect((await collection.search({ vector: await embedOne(third, 'umbrellas'), k: 1 }))[0]?.id).toBe('added')
  })

  it('says why there is nothing to do', async () => {
    using file = temporaryFile()
    const { store, from, to } = await setUp(file.path)
    await using _closing = store
    await store.collection('plain')
    const invalid = { code: 'invalid_request' }
    await expect(migrateEmbedder({ store, name: 'notes', to: from })).rejects.toMatchObject(invalid)
    await expect(migrateEmbedder({ store, name: 'plain', to })).rejects.toMatchObject(invalid)
    await expect(migrateEmbedder({ store, name: 'none', to })).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      migrateEmbedder({ store, name: 'notes', from: to, to: createFakeEmbedder({ id: 'x' }) }),
    ).rejects.toMatchObject({
      code: 'stamp_mismatch',
    })
  })

  it('loses nothing that another program writes while both embedders are compared', async () => {
    using file = temporaryFile()
    const { store, from, to, old } = await setUp(file.path)
    await using _closing = store
    const embed: Fake['embed'] = async (texts, options) => {
      if (options?.kind === 'query') await old.upsert([{ id: 'r7', text: 'written late' }])
      return to.embed(texts, options)
    }
    const { done } = await migrateEmbedder({ store, name: 'notes', from, to: { ...to, embed } })
    expect(await done).toMatchObject({ switched: true })
    const [late] = await (await store.collection('notes', stampOf(to))).get(['r7'])
    expect(late).toMatchObject({ text: 'written late' })
    expect(late!.vector).toHaveLength(to.dimensions)
  })

  it('stores nothing of a write that is refused', async () => {
    using file = temporaryFile()
    const { store, from, to, old } = await setUp(file.path)
    await using _closing = store
    const { idle, reached, open } = gate(1)
    const { collection, done } = await migrateEmbedder({ store, name: 'notes', from, to, idle })
    await reached
    const before = await old.get(['r3'])
    const wrong = { id: 'r3', text: 'of another embedder', vector: new Float32Array(7).fill(1) }
    await expect(collection.upsert([{ id: 'extra' }, wrong])).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await old.get(['r3', 'extra'])).toEqual(before)
    open()
    await done
    expect(await collection.get(['r3', 'extra'])).toMatchObject([{ id: 'r3', text: textOf(3) }])
  })
})
