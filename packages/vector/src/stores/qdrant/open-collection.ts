import { type CollectionOptions, type CollectionStamp, type Metric, RtError } from '@rt/core'
import { checkSameOptions, lacksStamp, noCollection } from '../../driver-kit/check-collection.ts'
import { newPhysical } from './catalog.ts'
import { callsOf, fetchCatalog, fetchCollection, WRITE } from './client.ts'
import type { Connection } from './connection.ts'
import { FIRST_INDEXES } from './field-indexes.ts'
import { DENSE, WORDS } from './payload.ts'
import { type CollectionMetadata, LAYOUT, type StoredCollection } from './stored-collection.ts'

/** The collection of that name or alias, which is made or stamped when it has to be. */
export const openCollection = async (
  connection: Connection,
  name: string,
  stamp: CollectionStamp | undefined,
  options: CollectionOptions,
): Promise<StoredCollection> => {
  const found = (await find(connection, name)) ?? (await create(connection, name, stamp, options))
  checkSameOptions(found.name, found.options, options)
  if (!stamp || !lacksStamp(found, stamp)) return found
  const metadata = { metric: stamp.metric, fingerprint: stamp.fingerprint }
  await callsOf(connection, found).call((api, init) =>
    api.updateCollection({ collection_name: found.physical, metadata }, init),
  )
  if (found.dimensions === null) await addVectors(connection, found, stamp)
  return again(connection, found, stamp)
}

/** Gives a collection of texts the vectors it did not have; what another process gave it meanwhile stays. */
export const addVectors = async (
  connection: Connection,
  collection: StoredCollection,
  { dimensions, metric }: Pick<CollectionStamp, 'dimensions' | 'metric'>,
): Promise<void> => {
  const { call, physical } = callsOf(connection, collection)
  if (collection.metric === null)
    await call((api, init) => api.updateCollection({ collection_name: physical, metadata: { metric } }, init))
  await call((api, init) =>
    api.createVectorName(
      {
        collection_name: physical,
        vector_name: DENSE,
        dense: { size: dimensions, distance: distanceOf(metric) },
        ...WRITE,
      },
      init,
    ),
  ).catch(async (error: unknown) => {
    const now = await fetchCollection(connection, physical, collection.name)
    if (now?.dimensions !== dimensions) throw error
  })
}

/** Unit vectors have their cosine as dot product, and are given back as they were stored. */
const distanceOf = (metric: Metric): 'Dot' | 'Euclid' => (metric === 'l2' ? 'Euclid' : 'Dot')

const find = async (connection: Connection, name: string): Promise<StoredCollection | undefined> => {
  const catalog = await fetchCatalog(connection)
  const physical = catalog.collections.get(name) ?? catalog.aliases.get(name)
  if (physical === undefined) return undefined
  const own = [...catalog.collections].find(([, target]) => target === physical)?.[0] ?? name
  const found = await fetchCollection(connection, physical, own)
  if (found) return indexFields(connection, checkLayout(found))
  if (!(await fetchCatalog(connection)).taken.has(physical)) return undefined
  throw new RtError({
    code: 'conflict',
    message: `Qdrant at ${connection.address} has a collection "${physical}" that rt did not make.`,
    hint: 'Choose another name: its points are laid out otherwise.',
  })
}

const checkLayout = (found: StoredCollection): StoredCollection => {
  if (found.layout <= LAYOUT) return found
  throw new RtError({
    code: 'database_newer',
    message: `collection "${found.name}" was made by a later version of rt (layout ${found.layout}, this one knows ${LAYOUT}).`,
    hint: 'Upgrade @rt/vector.',
  })
}

const create = async (
  connection: Connection,
  name: string,
  stamp: CollectionStamp | undefined,
  options: CollectionOptions,
): Promise<StoredCollection> => {
  const { physical, naming } = newPhysical(name, await fetchCatalog(connection))
  const metadata: CollectionMetadata = {
    rt: LAYOUT,
    ...(stamp && { metric: stamp.metric, fingerprint: stamp.fingerprint }),
    options: JSON.stringify(options),
  }
  await connection
    .call((api, init) =>
      api.createCollection(
        {
          collection_name: physical,
          vectors: stamp ? { [DENSE]: { size: stamp.dimensions, distance: distanceOf(stamp.metric) } } : {},
          sparse_vectors: { [WORDS]: { modifier: 'idf' } },
          // A range of a number that no record has yet is asked of a field without an index, and matches nothing.
          strict_mode_config: { unindexed_filtering_retrieve: true, unindexed_filtering_update: true },
          metadata,
        },
        init,
      ),
    )
    .catch((error: unknown) => {
      // Another process was faster, or a repeated request meets what the lost one made.
      if (!RtError.isInstance(error) || error.code !== 'conflict') throw error
    })
  if (naming !== undefined)
    await connection.call((api, init) =>
      api.updateAliases({ actions: [{ create_alias: { collection_name: physical, alias_name: naming } }] }, init),
    )
  const made = await find(connection, name)
  if (!made) throw noCollection(name)
  return made
}

/**
 * Before the first point: a graph is linked along the fields that have an index when it is built. Whoever made the
 * collection may have ended in between.
 */
const indexFields = async (connection: Connection, found: StoredCollection): Promise<StoredCollection> => {
  for (const [field_name, field_schema] of FIRST_INDEXES)
    if (!found.indexed.has(field_name))
      await callsOf(connection, found).call((api, init) =>
        api.createFieldIndex({ collection_name: found.physical, field_name, field_schema, ...WRITE }, init),
      )
  return found
}

const again = async (
  connection: Connection,
  { physical, name }: StoredCollection,
  stamp: CollectionStamp,
): Promise<StoredCollection> => {
  const found = await fetchCollection(connection, physical, name)
  if (!found) throw noCollection(name)
  // Of two processes that gave it different ones at the same time, one learns so here.
  lacksStamp(found, stamp)
  return found
}
