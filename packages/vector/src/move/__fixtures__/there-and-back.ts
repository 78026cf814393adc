import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metric, VectorRecord, VectorStore } from '@rt/core'
import { expect } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { createSqliteStore, moveCollection } from '../../index.ts'

/** Records of every kind. */
const record = (random: () => number, i: number): VectorRecord => ({
  id: `größe-${i} 👋`,
  ...(i % 5 !== 0 && { vector: randomVector(random, 8) }),
  ...(i % 7 !== 0 && { text: `Text ${i}\n\u2028 '; DROP TABLE` }),
  metadata: { n: i, half: i / 2, none: null, deep: { list: [1, 'a', { b: true }] }, 'a.b': 'dot' },
  ...(i % 3 === 0 && { expires: 4_102_444_800_000 + i }),
})

const all = async (store: VectorStore, name: string): Promise<Map<string, VectorRecord>> => {
  const found = new Map<string, VectorRecord>()
  const collection = await store.collection(name)
  let after: string | undefined
  do {
    const page = await collection.scroll({ limit: 200, ...(after !== undefined && { after }) })
    for (const one of page.records) found.set(one.id, one)
    after = page.next
  } while (after !== undefined)
  return found
}

/** Moves a collection of every kind of record from SQLite to a store and back. */
export const thereAndBack = async (other: VectorStore, metric: Metric): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-move-'))
  try {
    await using sqlite = await createSqliteStore({ path: join(folder, 'a.db') })
    const stamp = { dimensions: 8, metric, fingerprint: 'test/8' }
    const name = `notes-${metric}`
    const notes = await sqlite.collection(name, stamp, { tokenizer: 'unicode61', ttl: 100_000_000_000 })
    const random = createRandom(7)
    await notes.upsert(Array.from({ length: 300 }, (_, i) => record(random, i)))
    await sqlite.alias({ [`live-${metric}`]: name })
    const before = await all(sqlite, name)
    const [info] = await sqlite.list()

    expect(await moveCollection({ from: sqlite, to: other, name })).toMatchObject({ records: 300, kept: false })
    expect(await sqlite.list()).toEqual([])
    expect(await other.list()).toMatchObject([{ name, count: 300, stamp, aliases: [`live-${metric}`] }])

    expect(await moveCollection({ from: other, to: sqlite, name })).toMatchObject({ records: 300 })
    expect(await other.list()).toEqual([])
    const { options, aliases } = (await sqlite.list())[0]!
    expect({ options, aliases }).toEqual({ options: info!.options, aliases: [`live-${metric}`] })
    const after = await all(sqlite, name)
    // With cosine some stores keep unit vectors only.
    const expected = Array.from(before, ([id, one]): [string, VectorRecord] => [id, { ...one, ...near(one, after.get(id)) }])
    expect(after).toEqual(metric === 'cosine' ? new Map(expected) : before)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The vector of the copy, where it points the same way. */
const near = ({ vector }: VectorRecord, copy: VectorRecord | undefined): Pick<VectorRecord, 'vector'> => {
  if (!vector || !copy?.vector) return {}
  const cosine = dot(vector, copy.vector) / Math.sqrt(dot(vector, vector) * dot(copy.vector, copy.vector))
  return cosine > 1 - 1e-9 ? { vector: copy.vector } : {}
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
