import { type MoveProgress, RtError, type VectorCollection, type VectorRecord, type VectorStore } from '@rt/core'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFile } from '../__fixtures__/open-temporary.ts'
import { createSqliteStore } from '../index.ts'
import { moveCollection } from './move-collection.ts'

const open: (Disposable | AsyncDisposable)[] = []
afterEach(async () => {
  for (const thing of open.splice(0).toReversed())
    await (Symbol.asyncDispose in thing ? thing[Symbol.asyncDispose]() : thing[Symbol.dispose]())
})

const openStore = async (): Promise<VectorStore> => {
  const file = temporaryFile()
  open.push(file)
  const store = await createSqliteStore({ path: file.path })
  open.push(store)
  return store
}

const STAMP = { dimensions: 3, metric: 'cosine', fingerprint: 'test/3' } as const
const record = (i: number): VectorRecord => ({
  id: `r${i}`,
  text: `Größe ${i} 👋`,
  metadata: { n: i, tags: ['a', null] },
  ...(i % 3 !== 0 && { vector: Float32Array.of(Math.sin(i), Math.cos(i), i + 1) }),
})
const COUNT = 600

const filled = async (): Promise<{ from: VectorStore; to: VectorStore; source: VectorCollection }> => {
  const [from, to] = [await openStore(), await openStore()]
  const source = await from.collection('notes', STAMP)
  await source.upsert(Array.from({ length: COUNT }, (_, i) => record(i)))
  return { from, to, source }
}

const all = async (store: VectorStore): Promise<VectorRecord[]> => {
  const records: VectorRecord[] = []
  const collection = await store.collection('notes')
  for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
    const page = await collection.scroll({ limit: 1000, ...(after !== undefined && { after }) })
    records.push(...page.records)
    after = page.next
  }
  return records.toSorted((a, b) => a.id.localeCompare(b.id))
}

const names = async (store: VectorStore): Promise<string[]> => (await store.list()).map(({ name }) => name)

/** The same store, with something of its collections replaced. */
const changed = (
  store: VectorStore,
  change: (collection: VectorCollection) => Partial<VectorCollection>,
  more: Partial<VectorStore> = {},
): VectorStore => ({
  ...store,
  async collection(...given) {
    const collection = await store.collection(...given)
    return { ...collection, ...change(collection) }
  },
  ...more,
})

describe('moveCollection', () => {
  it('carries every record over, and tells how far it is', async () => {
    const { from, to } = await filled()
    const before = await all(from)
    const seen: MoveProgress[] = []
    const moved = await moveCollection({ from, to, name: 'notes', onProgress: (progress) => seen.push(progress) })
    expect(moved).toEqual({ records: COUNT, passes: 3, kept: false })
    expect(await all(to)).toEqual(before)
    expect(await names(from)).toEqual([])
    expect((await to.list())[0]).toMatchObject({ stamp: STAMP, count: COUNT })
    expect(seen.filter(({ pass }) => pass === 1).map(({ done, changed: carried }) => [done, carried])).toEqual([
      [256, 256],
      [512, 512],
      [600, 600],
    ])
    expect(seen.at(-1)).toEqual({ pass: 3, done: 600, total: 600, changed: 0 })
  })

  it('keeps the original when told to', async () => {
    const { from, to } = await filled()
    expect(await moveCollection({ from, to, name: 'notes', keep: true })).toMatchObject({ kept: true })
    expect(await all(to)).toEqual(await all(from))
  })

  it('carries over what is written, changed and deleted meanwhile', async () => {
    const { from, to, source } = await filled()
    let steps = 0
    const busy = changed(to, (collection) => ({
      async upsert(records, options) {
        await collection.upsert(records, options)
        if (++steps !== 2) return
        await source.upsert([
          { id: 'a-new', text: 'new' },
          { ...record(1), text: 'changed' },
        ])
        await source.update([{ id: 'r2', set: { seen: true } }])
        await source.delete(['r3', 'r599'])
      },
    }))
    await moveCollection({ from, to: busy, name: 'notes', keep: true })
    const records = await all(to)
    expect(records).toEqual(await all(from))
    expect(records).toHaveLength(COUNT - 1)
    expect(records.find(({ id }) => id === 'r2')?.metadata).toMatchObject({ seen: true })
  })

  it('makes the last comparison and deletes the original while nobody writes', async () => {
    const { from, to } = await filled()
    const events: string[] = []
    const watched = changed(
      from,
      (collection) => ({
        async scroll(options) {
          if (options?.after === undefined) events.push('pass')
          return collection.scroll(options)
        },
      }),
      {
        async drop(name) {
          events.push('drop')
          return from.drop(name)
        },
      },
    )
    await moveCollection({
      from: watched,
      to,
      name: 'notes',
      async whileStill(work) {
        events.push('still')
        const result = await work()
        events.push('over')
        return result
      },
    })
    expect(events).toEqual(['pass', 'pass', 'still', 'pass', 'drop', 'over'])
  })

  it('takes away what it wrote when it fails, and leaves the original', async () => {
    const { from, to } = await filled()
    const before = await all(from)
    let steps = 0
    const full = changed(to, (collection) => ({
      async upsert(records, options) {
        if (++steps === 2) throw new RtError({ code: 'disk_full', message: 'needs 2 GB.' })
        return collection.upsert(records, options)
      },
    }))
    await expect(moveCollection({ from, to: full, name: 'notes' })).rejects.toMatchObject({ code: 'disk_full' })
    expect(await names(to)).toEqual([])
    expect(await all(from)).toEqual(before)
  })

  it('takes away what it wrote when it is aborted', async () => {
    const { from, to } = await filled()
    const stop = new AbortController()
    const onProgress = ({ pass, done }: MoveProgress): void => {
      if (pass === 2 && done > 256) stop.abort()
    }
    const moving = moveCollection({ from, to, name: 'notes', signal: stop.signal, onProgress })
    await expect(moving).rejects.toMatchObject({ code: 'aborted' })
    expect([await names(to), await names(from)]).toEqual([[], ['notes']])
  })

  it('says that the rest could not be taken away', async () => {
    const { from, to } = await filled()
    const stuck = changed(
      to,
      () => ({ upsert: () => Promise.reject(new RtError({ code: 'network', message: 'gone.' })) }),
      { drop: () => Promise.reject(new RtError({ code: 'network', message: 'still gone.' })) },
    )
    await expect(moveCollection({ from, to: stuck, name: 'notes' })).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/gone\. The unfinished copy of "notes" .* still gone\./),
    })
  })

  it('goes on with an unfinished copy', async () => {
    const { from, to } = await filled()
    const half = await to.collection('notes', STAMP)
    await half.upsert([...Array.from({ length: 300 }, (_, i) => record(i)), { id: 'stale', text: 'x' }])
    await half.upsert([{ ...record(7), text: 'old' }])
    await expect(moveCollection({ from, to, name: 'notes' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await half.count()).toBe(301)

    let written = 0
    const counted = changed(to, (collection) => ({
      async upsert(records, options) {
        written += (records as VectorRecord[]).length
        return collection.upsert(records, options)
      },
    }))
    const before = await all(from)
    expect(await moveCollection({ from, to: counted, name: 'notes', resume: true })).toMatchObject({ records: COUNT })
    expect(written).toBe(301)
    expect(await all(to)).toEqual(before)
  })

  it('leaves an unfinished copy that was there before', async () => {
    const { from, to } = await filled()
    await (await to.collection('notes', STAMP)).upsert([record(0)])
    const full = changed(to, () => ({
      upsert: () => Promise.reject(new RtError({ code: 'disk_full', message: 'full.' })),
    }))
    const moving = moveCollection({ from, to: full, name: 'notes', resume: true })
    await expect(moving).rejects.toMatchObject({ code: 'disk_full' })
    expect(await (await to.collection('notes')).count()).toBe(1)
  })

  it.each([
    ['metric', { metrics: ['l2'] as const }],
    ['tokenizer', { tokenizers: ['trigram'] as const }],
  ])('says before it copies that the target has not its %s', async (what, lacks) => {
    const { from, to } = await filled()
    const told: VectorStore = {
      ...from,
      list: async () => (await from.list()).map((info) => ({ ...info, options: { tokenizer: 'porter' } })),
    }
    const other = { ...to, capabilities: { ...to.capabilities, ...lacks } }
    const error = await moveCollection({ from: told, to: other, name: 'notes' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unsupported', data: { [what]: expect.any(String) } })
    expect(await names(to)).toEqual([])
  })

  it('gives up on a store that does not give back what it was given', async () => {
    const { from, to } = await filled()
    const cuts = changed(to, (collection) => ({
      get: async (ids, options) =>
        (await collection.get(ids, options)).map((one) => (one.id === 'r5' ? { ...one, text: 'cut' } : one)),
    }))
    await expect(moveCollection({ from, to: cuts, name: 'notes' })).rejects.toMatchObject({
      code: 'conflict',
      data: { id: 'r5', difference: 'text' },
    })
    expect([await names(to), await names(from)]).toEqual([[], ['notes']])
  })

  it('gives up on a collection that never rests', async () => {
    const { from, to, source } = await filled()
    let writes = 0
    const busy = changed(from, (collection) => ({
      async scroll(options) {
        await source.upsert([{ id: 'r0', text: `write ${++writes}` }])
        return collection.scroll(options)
      },
    }))
    await expect(moveCollection({ from: busy, to, name: 'notes' })).rejects.toMatchObject({ code: 'overloaded' })
    expect([await names(to), await names(from)]).toEqual([[], ['notes']])
  })

  it('never deletes a copy that may be all there is', async () => {
    const { from, to } = await filled()
    const stuck = changed(from, () => ({}), {
      async drop(name) {
        await from.drop(name)
        throw new RtError({ code: 'network', message: 'no answer.' })
      },
    })
    await expect(moveCollection({ from: stuck, to, name: 'notes' })).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('was copied whole'),
    })
    expect(await all(to)).toHaveLength(COUNT)
  })

  it('names what there is instead of what there is not', async () => {
    const { from, to } = await filled()
    await expect(moveCollection({ from, to, name: 'note' })).rejects.toMatchObject({
      code: 'not_found',
      hint: 'Collections: notes.',
    })
  })
})
