import { join, dirname } from 'node:path'
import type { VectorRecord } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from './__fixtures__/open-temporary.ts'
import { createSqliteStore, exportCollection, importCollection } from './index.ts'

const stamp = { dimensions: 2, metric: 'cosine', fingerprint: 'test/2' } as const
const records: VectorRecord[] = [
  {
    id: 'a',
    vector: Float32Array.of(0.1, -1e-30),
    text: 'line\nbreak \u2028 "quoted" 🧥 \0',
    metadata: { n: [1, null] },
  },
  { id: 'b', metadata: {}, expires: Date.UTC(2400, 0) },
  ...Array.from({ length: 2500 }, (_, n) => ({ id: `r${n}`, vector: Float32Array.of(n, 1), metadata: { n } })),
]

const linesOf = async (lines: AsyncIterable<string>): Promise<string[]> => Array.fromAsync(lines)

describe('export and import', () => {
  it('carry everything, and say what it is of', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const options = { tokenizer: 'trigram', recall: 0.9 } as const
    const from = await store.collection('from', stamp, options)
    await from.upsert(records)
    const lines = await linesOf(exportCollection(from))
    expect(JSON.parse(lines[0]!)).toMatchObject({ format: 'rt-collection/1', name: 'from', stamp, options })
    expect(lines).toHaveLength(records.length + 1)
    expect(lines.some((line) => line.includes('\n'))).toBe(false)
    const into = await store.collection('into', stamp)
    const seen: number[] = []
    const report = await importCollection(into, exportCollection(from), { onProgress: (at) => seen.push(at.records) })
    expect(report).toEqual({ lines: records.length + 1, records: records.length, skipped: 0 })
    expect(seen).toEqual([1024, 2048, records.length])
    expect(await into.get(records.map(({ id }) => id))).toEqual(await from.get(records.map(({ id }) => id)))
    const some = await linesOf(exportCollection(from, { filter: { n: { lt: 5 } } }))
    expect(some).toHaveLength(6)
  })

  it('take up where they were, and accept lines written by hand', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const into = await store.collection('into', stamp)
    await importCollection(into, ['{"id":"a","vector":[1,2]}', '', '{"id":"b","text":"apple"}'])
    const lines = ['{"id":"a","text":"other"}', '{"id":"c"}']
    expect(await importCollection(into, lines, { existing: 'skip' })).toEqual({ lines: 2, records: 1, skipped: 1 })
    expect(await into.get(['a'])).toEqual([{ id: 'a', vector: Float32Array.of(1, 2), metadata: {} }])
    expect(await importCollection(into, lines)).toEqual({ lines: 2, records: 2, skipped: 0 })
    expect(await into.get(['a'])).toEqual([{ id: 'a', text: 'other', metadata: {} }])
  })

  it('name the line that is wrong', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const into = await store.collection('into', stamp)
    const good = '{"id":"a","vector":[1,2]}'
    for (const [line, words] of [
      ['{"id":', 'line 3 is not JSON'],
      ['[1]', 'line 3'],
      ['{"id":""}', 'line 3'],
      ['{"id":"x","vector":"AAA"}', 'line 3.vector'],
      ['{"id":"x","vector":[1,2,3]}', 'line 3: record "x": the vector has 3 dimensions'],
      ['{"id":"x","vector":[0,0]}', 'line 3: record "x"'],
      ['{"id":"x","metadata":[]}', 'line 3.metadata'],
    ] as const)
      await expect(importCollection(into, [good, good, line])).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining(words),
      })
    const header = JSON.stringify({ format: 'rt-collection/1', stamp: { ...stamp, fingerprint: 'other/2' } })
    await expect(importCollection(into, [header])).rejects.toMatchObject({ code: 'stamp_mismatch' })
    await expect(importCollection(into, ['{"format":"rt-collection/9"}'])).rejects.toMatchObject({
      code: 'invalid_request',
    })
    const { signal } = { signal: AbortSignal.abort() }
    await expect(importCollection(into, [good], { signal })).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('snapshot', () => {
  it('is a file that opens as the store was, while it is written on', async () => {
    using file = temporaryFile()
    await using store = await createSqliteStore({ path: file.path })
    const things = await store.collection('things', stamp)
    await things.upsert(records)
    await store.alias({ live: 'things' })
    const path = join(dirname(file.path), 'snapshot.db')
    await Promise.all([store.snapshot(path), things.upsert([{ id: 'later', text: 'later' }])])
    await things.delete(['a'])
    await using restored = await createSqliteStore({ path })
    const found = await restored.collection('live', stamp)
    expect(await found.get(['a'])).toEqual([records[0]])
    expect((await found.search({ vector: Float32Array.of(7, 1), k: 1 }))[0]?.id).toBe('r7')
    await expect(store.snapshot(path)).rejects.toMatchObject({ code: 'conflict' })
  })
})
