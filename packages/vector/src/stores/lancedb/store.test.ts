import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CollectionStamp } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { temporaryStore } from './__fixtures__/temporary-store.ts'
import { createLancedbStore } from './index.ts'
import { loadLancedb } from './load-lancedb.ts'

const stamp: CollectionStamp = { dimensions: 4, metric: 'cosine', fingerprint: 'test/4' }
const of = (...numbers: number[]): Float32Array => Float32Array.from(numbers)

describe('createLancedbStore', () => {
  it('refuses what LanceDB would pad, cut or take as it is, and leaves nothing of it', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('strict', stamp)
    for (const vector of [of(1, 2), of(1, 2, 3, 4, 5), of(1, Number.NaN, 0, 0), of(1, Infinity, 0, 0), of(0, 0, 0, 0)])
      await expect(
        collection.upsert([
          { id: 'good', vector: of(1, 2, 3, 4) },
          { id: 'bad', vector },
        ]),
      ).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await collection.count()).toBe(0)
  })

  it('keeps vectors, texts and metadata over a change of metadata, and all of it over a reopening', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('kept', stamp)
    const record = { id: 'a', vector: of(1, 2, 3, 4), text: 'winter coat', metadata: { n: 1 } }
    await collection.upsert([record, { id: 'b' }])
    expect(await collection.update([{ id: 'a', set: { n: 2, deep: { x: null } } }, { id: 'none' }])).toBe(1)
    const reopened = await (await temporary.reopen()).collection('kept')
    expect(await reopened.get(['a'])).toEqual([{ ...record, metadata: { n: 2, deep: { x: null } } }])
    expect((await reopened.search({ vector: of(1, 2, 3, 4), text: 'coats', filter: { n: 2 } }))[0]).toMatchObject({
      id: 'a',
    })
  })

  it('adds vectors to a collection that began without', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('late')
    await collection.upsert([{ id: 'a', text: 'words alone' }])
    expect(await collection.search({ vector: of(1, 0), text: 'words' })).toHaveLength(1)
    await collection.upsert([{ id: 'b', vector: of(0, 1) }])
    expect(await collection.get(['a', 'b'])).toEqual([
      { id: 'a', text: 'words alone', metadata: {} },
      { id: 'b', vector: of(0, 1), metadata: {} },
    ])
    expect((await collection.search({ vector: of(1, 1) })).map(({ id }) => id)).toEqual(['b'])
    expect(await collection.describe()).toMatchObject({ count: 2, vectors: 1, index: { kind: 'flat' } })
  })

  it('finds parts of words and scripts without spaces by trigrams, and nothing else', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('parts', undefined, { tokenizer: 'trigram' })
    await collection.upsert([
      { id: 'ja', text: '全文検索エンジンの設定' },
      { id: 'en', text: 'Überwintering coats' },
      // All trigrams of "winter" but not in a row.
      { id: 'no', text: 'wint inte nter' },
    ])
    const found = async (text: string, words?: 'all' | 'phrase' | 'prefix'): Promise<string[]> =>
      (await collection.search({ text, ...(words && { words }) })).map(({ id }) => id).toSorted()
    expect(await found('検索エンジン')).toEqual(['ja'])
    expect(await found('winter')).toEqual(['en'])
    expect(await found('UBERWINT')).toEqual(['en'])
    expect(await found('wintering coats', 'phrase')).toEqual(['en'])
    expect(await found('coats wintering', 'phrase')).toEqual([])
    expect(await found('ab')).toEqual([])
  })

  it('copies everything into a new folder while it is used', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('copied', stamp)
    await collection.upsert([{ id: 'a', vector: of(1, 2, 3, 4), text: 'coat', metadata: { n: 1 } }])
    await temporary.store.alias({ other: 'copied' })
    const target = join(dirname(temporary.path), 'copy')
    await temporary.store.snapshot(target)
    await collection.delete(['a'])
    await expect(temporary.store.snapshot(target)).rejects.toMatchObject({ code: 'conflict' })
    expect((await readdir(dirname(target))).toSorted()).toEqual(['copy', 'store'])

    await using copy = await createLancedbStore({ path: target })
    const copied = await copy.collection('other')
    expect(copied.name).toBe('copied')
    expect((await copied.search({ vector: of(1, 2, 3, 4), text: 'coats' }))[0]).toMatchObject({ id: 'a' })
    expect(await copied.describe()).toMatchObject({ stamp, aliases: ['other'] })
  })

  it('clears away datasets nobody knows, and leaves what is not its own', async () => {
    await using temporary = await temporaryStore()
    await temporary.store.collection('known')
    const { lancedb } = await loadLancedb()
    const connection = await lancedb.connect(temporary.path)
    for (const name of ['c_99', 'theirs']) (await connection.createTable(name, [{ id: 1 }])).close()
    await temporary.reopen()
    expect((await connection.tableNames()).toSorted()).toEqual(['c_1', 'theirs'])
    connection.close()
  })

  it('answers not_found of a handle whose collection another store dropped, and gives its number to no other', async () => {
    await using temporary = await temporaryStore()
    await using second = await createLancedbStore({ path: temporary.path })
    const collection = await temporary.store.collection('gone', stamp)
    await collection.upsert([{ id: 'a', vector: of(1, 2, 3, 4) }])
    expect(await second.drop('gone')).toBe(true)
    await second.collection('gone', stamp)
    const gone = { code: 'not_found' }
    await expect(collection.count()).rejects.toMatchObject(gone)
    await expect(collection.upsert([{ id: 'a' }])).rejects.toMatchObject(gone)
    await expect(collection.search({ vector: of(1, 2, 3, 4) })).rejects.toMatchObject(gone)
    expect(await (await temporary.store.collection('gone')).count()).toBe(0)
  })

  describe('of a damaged dataset', () => {
    const damages: [string, (bytes: Buffer) => Buffer][] = [
      ['is cut', (bytes) => bytes.subarray(0, bytes.length >> 1)],
      ['is empty', () => Buffer.alloc(0)],
      ['has only zeros', (bytes) => Buffer.alloc(bytes.length)],
      [
        'has another number in a vector, which LanceDB takes as it is,',
        (bytes) => {
          const place = bytes.indexOf(Buffer.from(of(1, 200, 0, 0).buffer))
          expect(place).toBeGreaterThan(0)
          return Buffer.from(bytes).fill(1, place + 4, place + 6)
        },
      ],
    ]
    for (const [what, damage] of damages)
      it(`whose data ${what} says database_corrupt, and goes on with other collections`, async () => {
        await using temporary = await temporaryStore()
        const collection = await temporary.store.collection('damaged', stamp)
        const records = Array.from({ length: 300 }, (_, index) => ({
          id: `r${index}`,
          vector: of(1, index, 0, 0),
          text: `coat ${'x'.repeat(100)}${index}`,
          metadata: { index },
        }))
        await collection.upsert(records)
        await (await temporary.store.collection('whole', stamp)).upsert([{ id: 'a' }])
        const folder = join(temporary.path, 'c_1.lance', 'data')
        for (const name of await readdir(folder))
          await writeFile(join(folder, name), damage(await readFile(join(folder, name))))
        const reopened = await temporary.reopen()
        const damaged = await reopened.collection('damaged')
        for (const read of [
          () => damaged.get(records.map(({ id }) => id)),
          () => damaged.search({ vector: of(1, 2, 3, 4), k: 300 }),
        ]) {
          const error = await read().catch((caught: unknown) => caught)
          expect(error).toMatchObject({ code: 'database_corrupt' })
          expect((error as Error).message).not.toContain(temporary.path)
        }
        expect(await (await reopened.collection('whole')).count()).toBe(1)
      })
  })

  it('takes nothing more after it was closed', async () => {
    await using temporary = await temporaryStore()
    const { store } = temporary
    await store[Symbol.asyncDispose]()
    await expect(store.collection('late')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(store.list()).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('makes its folder', async () => {
    await using temporary = await temporaryStore()
    const path = join(dirname(temporary.path), 'deep', 'er')
    await using store = await createLancedbStore({ path })
    expect(await store.list()).toEqual([])
  })
})
