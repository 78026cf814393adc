import { createRandom } from '../random.ts'

/** What a child does one after the other, and what must be true after each: the same in the process that kills it. */
export type Operation =
  | { kind: 'upsert'; collection: string; ids: string[] }
  | { kind: 'import'; collection: string; ids: string[] }
  | { kind: 'update'; collection: string; ids: string[] }
  | { kind: 'delete'; collection: string; ids: string[] }
  | { kind: 'delete by filter'; collection: string; tenth: number }
  | { kind: 'alias'; collection: string }
  | { kind: 'compact' }
  | { kind: 'search' }
  | { kind: 'rest' }

export type Kind = Operation['kind']

export const DIMENSIONS = 12
export const ALIAS = 'live'
/** The last one is searched through a graph. */
export const COLLECTIONS = ['one', 'two', 'graph'] as const
const IDS = 400
/** More than one transaction of a stream. */
const IMPORTED = 1500
/** Records of a stream that are stored as one. */
export const STREAM_BATCH = 1024

const KINDS: [Kind, number][] = [
  ['upsert', 42],
  ['update', 10],
  ['delete', 14],
  ['delete by filter', 5],
  ['alias', 8],
  ['compact', 8],
  ['search', 8],
  ['rest', 3],
  ['import', 2],
]

/** The operation of a number: chosen by the seed, whatever became of those before. */
export const operationAt = (seed: number, number: number): Operation => {
  const random = createRandom(seed * 1_000_003 + number)
  const pick = (count: number): number => Math.floor(random() * count)
  const collection = COLLECTIONS[pick(COLLECTIONS.length)]!
  const kind = weighted(random() * 100)
  const ids = (most: number): string[] => [...new Set(Array.from({ length: 1 + pick(most) }, () => `id-${pick(IDS)}`))]
  if (kind === 'upsert') return { kind, collection, ids: ids(60) }
  if (kind === 'import') return { kind, collection, ids: Array.from({ length: IMPORTED }, (_, i) => `id-${i}`) }
  if (kind === 'update' || kind === 'delete') return { kind, collection, ids: ids(30) }
  if (kind === 'delete by filter') return { kind, collection, tenth: pick(10) }
  if (kind === 'alias') return { kind, collection }
  return { kind }
}

const weighted = (value: number): Kind => {
  let sum = 0
  return KINDS.find(([, weight]) => (sum += weight) > value)?.[0] ?? 'search'
}

/** Of the operations that last wrote it: the vector and text, and the metadata. */
export type Written = [written: number, updated: number]

export interface State {
  collections: Record<string, Record<string, Written>>
  alias: string | null
}

export const emptyState = (): State => ({
  collections: Object.fromEntries(COLLECTIONS.map((name) => [name, {}])),
  alias: null,
})

/** The states a kill during the operation may leave, the one before first and the one after last. */
export const outcomes = (before: State, number: number, operation: Operation): State[] => {
  if (operation.kind === 'compact' || operation.kind === 'search' || operation.kind === 'rest') return [before]
  if (operation.kind === 'alias') return [before, { ...before, alias: operation.collection }]
  const { collection } = operation
  const change = (from: State, edit: (records: Record<string, Written>) => void): State => {
    const records = { ...from.collections[collection]! }
    edit(records)
    return { ...from, collections: { ...from.collections, [collection]: records } }
  }
  const write = (from: State, ids: string[]): State =>
    change(from, (records) => ids.forEach((id) => (records[id] = [number, number])))
  if (operation.kind === 'upsert') return [before, write(before, operation.ids)]
  if (operation.kind === 'import') {
    const first = write(before, operation.ids.slice(0, STREAM_BATCH))
    return [before, first, write(first, operation.ids.slice(STREAM_BATCH))]
  }
  const after = change(before, (records) => {
    if (operation.kind === 'update')
      operation.ids.forEach((id) => records[id] && (records[id] = [records[id][0], number]))
    else if (operation.kind === 'delete') operation.ids.forEach((id) => delete records[id])
    else for (const id of Object.keys(records)) if (tenthOf(id) === operation.tenth) delete records[id]
  })
  return [before, after]
}

/** What deletions by filter ask for: so few match that they are one transaction. */
export const tenthOf = (id: string): number => Number(id.slice(3)) % 10

/** The vector of a record as an operation writes it. */
export const vectorOf = (id: string, written: number): Float32Array => {
  const random = createRandom(Number(id.slice(3)) * 7919 + written)
  return Float32Array.from({ length: DIMENSIONS }, () => random() * 2 - 1)
}

export const textOf = (id: string, written: number): string => `${id.replace('-', '')} batch${written}`
