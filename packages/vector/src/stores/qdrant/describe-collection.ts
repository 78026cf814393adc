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

const indexOf = ({ info, options, dimensions }: StoredCollection, vectors: number): IndexInfo => {
  const { indexed_vectors_count: indexed = 0, segments_count: segments, status, config } = info
  const held = `${segments} ${segments === 1 ? 'segment' : 'segments'}, status ${status}`
  if (options.index === 'flat') return { kind: 'flat', reason: `the collection was made with index "flat"; ${held}` }
  const threshold = config.optimizer_config.indexing_threshold ?? INDEXING_THRESHOLD
  const kilobytes = (vectors * (dimensions ?? 0) * 4) / 1024
  // Vectors of words are counted as indexed too, and have no graph.
  if (!indexed || kilobytes < threshold)
    return { kind: 'flat', reason: `Qdrant builds no graph for segments below ${threshold} KB of vectors; ${held}` }
  return {
    kind: 'hnsw',
    reason: `chosen by Qdrant for segments from ${threshold} KB of vectors on; ${held}`,
    ef: config.hnsw_config.ef_construct,
    ...(status === 'yellow' && { building: Math.min(1, indexed / Math.max(1, info.points_count ?? indexed)) }),
  }
}

/** Of a server that does not say. */
const INDEXING_THRESHOLD = 10_000

/** Those that could be read back from their keys. Equality needs none: all of it is in one index. */
const rangeFields = ({ indexed }: StoredCollection): string[] => {
  const paths = [...indexed].flatMap((key) => {
    const path = pathOf(key.replace(/^(numbers|dates)\./, ''))
    return key.includes('.') && path ? [formatPath(path)] : []
  })
  return [...new Set(paths)].toSorted()
}
