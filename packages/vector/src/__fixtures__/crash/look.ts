import type { VectorCollection, VectorRecord, VectorStore } from '@rt/core'
import { createRandom } from '../random.ts'
import { ALIAS, COLLECTIONS, type State, textOf, vectorOf, type Written } from './plan.ts'

export interface Seen {
  state: State
  /** What no kill may leave behind. */
  problems: string[]
  /** Shares of the true neighbours that searches found as users ask them. */
  recall: number[]
}

const QUERIES = 3
const K = 10

/** All that is stored, each record checked against what was written, and what searches say about it. */
export const look = async (store: VectorStore, open: (name: string) => Promise<VectorCollection>, seed: number): Promise<Seen> => {
  const problems: string[] = []
  const recall: number[] = []
  const collections: State['collections'] = {}
  for (const name of COLLECTIONS) {
    const collection = await open(name)
    const records = await readAll(collection)
    collections[name] = Object.fromEntries(records.map((record) => [record.id, writtenOf(record)]))
    const complain = (problem: string): void => void problems.push(`${name}: ${problem}`)
    for (const { id, vector, text, metadata } of records) {
      const [written] = writtenOf({ id, metadata: metadata! })
      if (!same(vector, vectorOf(id, written))) complain(`${id} has the vector of another write than its metadata`)
      if (text !== textOf(id, written)) complain(`${id} has the text of another write than its metadata`)
    }
    const count = await collection.count()
    if (count !== records.length) complain(`count says ${count}, and there are ${records.length}`)
    await askAbout(collection, records, seed, { complain, recall })
  }
  const alias = (await store.list()).find(({ aliases }) => aliases?.includes(ALIAS))?.name ?? null
  return { state: { collections, alias }, problems, recall }
}

const readAll = async (collection: VectorCollection): Promise<VectorRecord[]> => {
  const records: VectorRecord[] = []
  let after: string | undefined
  do {
    const page = await collection.scroll({ limit: 1000, ...(after !== undefined && { after }) })
    records.push(...page.records)
    after = page.next
  } while (after !== undefined)
  return records
}

const writtenOf = ({ metadata }: VectorRecord): Written => [Number(metadata?.['written']), Number(metadata?.['updated'])]

const same = (a: Float32Array | undefined, b: Float32Array): boolean =>
  a?.length === b.length && b.every((value, i) => value === a[i])

const askAbout = async (
  collection: VectorCollection,
  records: VectorRecord[],
  seed: number,
  { complain, recall }: { complain: (problem: string) => void; recall: number[] },
): Promise<void> => {
  const random = createRandom(seed)
  for (let i = 0; i < QUERIES && records.length; i++) {
    const some = records[Math.floor(random() * records.length)]!
    const vector = vectorOf(some.id, 0)
    const right = records
      .map((record) => ({ id: record.id, cosine: cosine(vector, record.vector!) }))
      .toSorted((a, b) => b.cosine - a.cosine)
      .slice(0, K)
    const exact = await collection.search({ vector, k: K, exact: true })
    const least = right.at(-1)!.cosine - 1e-5
    if (exact.length !== right.length || exact.some((hit) => (hit.cosine ?? -1) < least))
      complain(`an exact search found other than the nearest: ${exact.map(({ id }) => id).join()}`)
    const usual = new Set((await collection.search({ vector, k: K })).map(({ id }) => id))
    recall.push(right.filter(({ id }) => usual.has(id)).length / right.length)

    const [written] = writtenOf(some)
    const words = await collection.search({ text: `batch${written}`, k: 2000 })
    const expected = records.filter((record) => writtenOf(record)[0] === written)
    if (words.length !== expected.length)
      complain(`the word of write ${written} found ${words.length} of ${expected.length} records`)
  }
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
