import type { EmbeddingModel, Migrating, VectorCollection, VectorHit, VectorQuery, VectorRecord } from '@rt/core'
import { writeBatches } from '../driver-kit/write-batches.ts'
import { rrf } from '../fusion/rrf.ts'
import type { Serial } from '../driver-kit/serial.ts'

export interface MigratingParts {
  name: string
  old: VectorCollection
  next: VectorCollection
  from: EmbeddingModel | undefined
  serial: Serial
  /** What has taken their place, once it has. */
  switched: () => VectorCollection | undefined
  migrating: () => Migrating
}

/**
 * One collection with vectors of two embedders. Every write goes to both, to the old one without a vector: it holds all
 * texts until the end, so that a migration that is given up loses nothing; and it comes second, so that what the new one
 * refuses, or only it took, is undone by the next pass. Searches ask both and fuse by rank.
 */
export const createMigratingCollection = (parts: MigratingParts): VectorCollection => {
  const { name, old, next, from, serial, switched, migrating } = parts
  /** After the switch there is one collection. */
  const either = <T>(one: (collection: VectorCollection) => Promise<T>, both: () => Promise<T>): Promise<T> => {
    const collection = switched()
    return collection ? one(collection) : both()
  }
  const write = <T>(one: (collection: VectorCollection) => Promise<T>, both: () => Promise<T>): Promise<T> =>
    serial(() => either(one, both))

  return {
    name,
    async upsert(records, options = {}) {
      const store = (batch: VectorRecord[]): Promise<void> =>
        write(
          (collection) => collection.upsert(batch, options),
          async () => {
            await next.upsert(batch, options)
            await old.upsert(batch.map(withoutVector), options)
          },
        )
      await (Array.isArray(records) ? store(records.map(copyOf)) : writeBatches(records, store, options))
    },
    get: (ids, options) =>
      either(
        (collection) => collection.get(ids, options),
        async () => {
          const copied = new Map((await next.get(ids, options)).map((record) => [record.id, record]))
          return (await old.get(ids, options)).map((record) => copied.get(record.id) ?? withoutVector(record))
        },
      ),
    update: (changes, options) =>
      write(
        (collection) => collection.update(changes, options),
        async () => {
          await next.update(changes, options)
          return old.update(changes, options)
        },
      ),
    delete: (which, options) =>
      write(
        (collection) => collection.delete(which, options),
        async () => {
          await next.delete(which, options)
          return old.delete(which, options)
        },
      ),
    count: (options) => (switched() ?? old).count(options),
    scroll: (options) => (switched() ?? old).scroll(switched() ? options : { ...options, vectors: false }),
    search: (query, options) =>
      either(
        (collection) => collection.search(query, options),
        async () => {
          const asked = await askOld(query, from, options?.signal)
          const [before, after] = await Promise.all([
            asked ? old.search(asked, options) : [],
            query.vector && query.mode !== 'keyword' ? next.search(query, options) : [],
          ])
          if (!asked?.vector) return fuse(before, after, query.k ?? 10)
          // The old vectors rank all records but those written since; only these are the new ones' to add.
          const ranked = await old.get(
            after.map(({ id }) => id),
            options,
          )
          const both = new Set(ranked.filter(({ vector }) => vector).map(({ id }) => id))
          const added = after.filter(({ id }) => !both.has(id))
          return fuse(before, added, query.k ?? 10)
        },
      ),
    async describe() {
      const collection = switched()
      if (collection) return collection.describe()
      const [info, { count }] = await Promise.all([next.describe(), old.describe()])
      return { ...info, name, count, migrating: migrating() }
    },
  }
}

/** The query for the old vectors; undefined when they cannot be asked. */
const askOld = async (
  query: VectorQuery,
  from: EmbeddingModel | undefined,
  signal: AbortSignal | undefined,
): Promise<VectorQuery | undefined> => {
  const { vector: _new, ...rest } = query
  if (query.mode === 'keyword' || !query.vector) return rest
  if (query.text === undefined) return undefined
  if (!from) return query.mode === 'dense' ? undefined : { ...rest, mode: 'keyword' }
  const { vectors } = await from.embed([query.text], { kind: 'query', signal })
  return { ...rest, vector: vectors[0]!, mode: query.mode ?? 'hybrid' }
}

/** Scores of two embedders do not compare, ranks do. Raw scores are those of the new one where it has them. */
const fuse = (before: VectorHit[], after: VectorHit[], k: number): VectorHit[] => {
  if (!before.length || !after.length) return (before.length ? before : after).slice(0, k)
  const hits = new Map([...before, ...after].map((hit) => [hit.id, hit]))
  const ranked = (list: VectorHit[]): { hits: { key: string; score: number }[] } => ({
    hits: list.map(({ id }, index) => ({ key: id, score: -index })),
  })
  return rrf([ranked(before), ranked(after)])
    .slice(0, k)
    .map(({ key, score }) => ({ ...hits.get(key)!, score }))
}

const withoutVector = ({ vector: _vector, ...record }: VectorRecord): VectorRecord => record

const copyOf = (record: VectorRecord): VectorRecord => ({
  ...record,
  ...(record.vector && { vector: record.vector.slice() }),
})
