import type { CollectionInfo, IndexInfo } from '@rt/core'
import { stampOf } from '../../driver-kit/check-collection.ts'
import { formatPath } from '../../filter/index.ts'
import { pathOf } from './filter/facts.ts'
import type { StoredCollection } from './stored-collection.ts'

/** What of Qdrant's own report people ask for. */
export const describeCollection = (
  collection: StoredCollection,
  { count, vectors, aliases }: { count: number; vectors: number; aliases: string[] },
): CollectionInfo => {
  const stamp = stampOf(collection)
  return {
    name: collection.name,
    count,
    vectors,
    ...(stamp && { stamp }),
    options: collection.options,
    index: indexOf(collection, vectors),
    aliases: aliases.toSorted(),
    fields: rangeFields(collection),
  }
}

const indexOf = ({ info, options }: StoredCollection, vectors: number): IndexInfo => {
  const { indexed_vectors_count: indexed, segments_count: segments, status, config } = info
  const held = `${segments} ${segments === 1 ? 'segment' : 'segments'}, status ${status}`
  if (options.index === 'flat') return { kind: 'flat', reason: `the collection was made with index "flat"; ${held}` }
  const limit = config.optimizer_config.indexing_threshold
  if (!indexed)
    return {
      kind: 'flat',
      reason: `Qdrant builds no graph for segments below ${limit ?? 10_000} KB of vectors; ${held}`,
      ...(vectors && { tail: vectors }),
    }
  return {
    kind: 'hnsw',
    reason: `chosen by Qdrant: ${indexed} vectors, those of words among them, lie in indexed segments; ${held}`,
    ef: config.hnsw_config.ef_construct,
    ...(status === 'yellow' && { building: Math.min(1, indexed / Math.max(1, info.points_count ?? indexed)) }),
  }
}

/** Those that could be read back from their keys. Equality needs none: all of it is in one index. */
const rangeFields = ({ indexed }: StoredCollection): string[] => {
  const paths = [...indexed].flatMap((key) => {
    const path = pathOf(key.replace(/^(numbers|dates)\./, ''))
    return key.includes('.') && path ? [formatPath(path)] : []
  })
  return [...new Set(paths)].toSorted()
}
