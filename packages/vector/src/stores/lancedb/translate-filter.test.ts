import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject, JsonValue, VectorCollection, VectorFilter, VectorStore } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { injections } from '../../conformance/injections.ts'
import { type FilterNode, matchesFilter, parseFilter } from '../../filter/index.ts'
import { createLancedbStore } from './index.ts'
import { loadLancedb } from './load-lancedb.ts'
import { translateFilter } from './translate-filter.ts'

const random = createRandom(11)
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!

const names = ['a', 'b', 'a.b', 'and', "it's", '\\', '__proto__', '', 'é🧥']
const texts = [
  '',
  'a',
  'ab',
  'b',
  "'; DROP TABLE x; --",
  'é',
  '\uFFFD',
  '🧥',
  'before\0after',
  '2026-01-31',
  '2026-01-31T09:30:00+02:00',
  '1e3',
]
const numbers = [0, -0, 1, 2, -1.5, 1e21, 5e-324, -1.7976931348623157e308, 2 ** 53 + 2, 0.1]
const scalar = (): string | number | boolean | null =>
  pick<() => string | number | boolean | null>([
    () => pick(texts),
    () => pick(numbers),
    () => pick([true, false]),
    () => null,
  ])()
const value = (depth: number): JsonValue => {
  const kind = depth > 2 ? 0 : random()
  if (kind < 0.65) return scalar()
  if (kind < 0.8) return Array.from({ length: Math.floor(random() * 3) }, () => value(depth + 1))
  return object(depth + 1)
}
const object = (depth: number): JsonObject =>
  Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(names), value(depth)]))

const path = (): string[] => Array.from({ length: random() < 0.7 ? 1 : 2 }, () => pick(names))
const bounds = <T>(make: () => T): { gt?: T; gte?: T; lt?: T; lte?: T } => {
  const name = pick(['gt', 'gte', 'lt', 'lte'] as const)
  return random() < 0.5 ? { [name]: make() } : { gte: make(), lt: make() }
}
const node = (depth: number): FilterNode => {
  const kind = depth > 3 ? 1 : random()
  if (kind < 0.12) return { op: 'and', nodes: Array.from({ length: Math.floor(random() * 3) }, () => node(depth + 1)) }
  if (kind < 0.24) return { op: 'or', nodes: Array.from({ length: Math.floor(random() * 3) }, () => node(depth + 1)) }
  if (kind < 0.36) return { op: 'not', node: node(depth + 1) }
  return pick<() => FilterNode>([
    () => ({ op: 'eq', path: path(), value: value(0) }),
    () => ({ op: 'in', path: path(), values: Array.from({ length: 1 + Math.floor(random() * 3) }, scalar) }),
    () => ({ op: 'number', path: path(), bounds: bounds(() => pick(numbers)) }),
    () => ({ op: 'text', path: path(), bounds: bounds(() => pick(texts)) }),
    () => ({ op: 'datetime', path: path(), bounds: bounds(() => Date.UTC(2026, 0, 31, Math.floor(random() * 12))) }),
    () => ({ op: 'exists', path: path() }),
    () => ({ op: 'contains', path: path(), value: scalar() }),
    () => ({ op: 'prefix', path: path(), value: pick(texts) }),
  ])()
}

describe('translateFilter', () => {
  let folder = ''
  let store: VectorStore
  let collection: VectorCollection
  // As it comes back: JSON has no -0, and keys like __proto__ are own ones.
  const records = Array.from({ length: 300 }, (_, index) => ({
    id: `r${index}`,
    metadata: JSON.parse(JSON.stringify(object(0))) as JsonObject,
  }))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rt-lancedb-'))
    store = await createLancedbStore({ path: folder })
    collection = await store.collection('filters')
    await collection.upsert(records)
  })
  afterAll(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** Both ways to answer: reading every row, and with an index on the tokens. */
  const compare = async (rounds: number): Promise<number> => {
    const { lancedb } = await loadLancedb()
    const connection = await lancedb.connect(folder, { readConsistencyInterval: 0 })
    const table = await connection.openTable('c_1')
    let matched = 0
    for (let round = 0; round < rounds; round++) {
      const filter = node(0)
      const rows = (await table.query().where(translateFilter(filter)).select(['id']).toArray()) as { id: string }[]
      const expected = records.filter(({ metadata }) => matchesFilter(filter, metadata)).map(({ id }) => id)
      expect(rows.map(({ id }) => id).toSorted(), JSON.stringify(filter)).toEqual(expected.toSorted())
      matched += expected.length
    }
    table.close()
    connection.close()
    return matched
  }

  it('takes exactly what matchesFilter takes, with and without an index', async () => {
    expect(await compare(250)).toBeGreaterThan(1000)
    const { lancedb } = await loadLancedb()
    const connection = await lancedb.connect(folder)
    const table = await connection.openTable('c_1')
    await table.createIndex('tokens', { config: lancedb.Index.labelList() })
    table.close()
    connection.close()
    expect(await compare(250)).toBeGreaterThan(1000)
  })

  it('keeps every text of a filter out of the condition', () => {
    for (const { value: text } of injections) {
      const filter: VectorFilter = {
        [text]: text,
        or: [
          { [text]: { in: [text, 'x'], contains: text, prefix: text, gt: text } },
          { [text]: { exists: true, ne: text } },
        ],
      }
      const condition = translateFilter(parseFilter(filter)!)
      // Between quotes: digests and hexadecimal digits.
      expect(condition.match(/'[^']*'/g)!.every((quoted) => /^'([\w-]{22}|[\da-f]*|Utf8)'$/.test(quoted))).toBe(true)
      expect(condition.replaceAll(/'[^']*'/g, '')).toMatch(/^[\w\s(),[\]<>=]*$/)
    }
  })

  it('takes a filter of a thousand conditions, and of many levels', async () => {
    const many: VectorFilter = { or: Array.from({ length: 499 }, (_, index) => ({ a: { gte: index, lt: index + 1 } })) }
    const expected = records.filter(({ metadata }) => matchesFilter(parseFilter(many)!, metadata)).length
    expect(await collection.count({ filter: many })).toBe(expected)
    let deep: VectorFilter = { a: 1 }
    for (let level = 0; level < 30; level++) deep = level % 2 ? { not: deep } : { or: [deep, { b: 2 }] }
    expect(await collection.count({ filter: deep })).toBe(
      records.filter(({ metadata }) => matchesFilter(parseFilter(deep)!, metadata)).length,
    )
  })
})
