import { RtError, type VectorCapabilities, type VectorCollection, type VectorStore } from '@rt/core'
import {
  checkAliases,
  checkName,
  checkOptions as checkCollectionOptions,
  checkStamp,
  noCollection,
  storeClosed,
} from '../../driver-kit/check-collection.ts'
import { fetchCatalog, fetchCollection } from './client.ts'
import { createQdrantCollection } from './collection.ts'
import { connect } from './connection.ts'
import { createSerial, type Serial } from '../../driver-kit/serial.ts'
import { dropCollection, renameCollection, setAliases } from './names.ts'
import { openCollection } from './open-collection.ts'
import { checkOptions, type QdrantStoreOptions } from './options.ts'
import type { StoredCollection } from './stored-collection.ts'

const CAPABILITIES: VectorCapabilities = {
  metrics: ['cosine', 'dot', 'l2'],
  durability: 'server',
  consistency: 'read-your-writes',
  atomicUpsert: false,
  keyword: 'bm25',
  tokenizers: ['porter', 'unicode61', 'trigram'],
  filteredSearch: 'graph',
  snapshot: false,
  rename: true,
}

/**
 * A vector store on a Qdrant server, 1.19 or later.
 *
 * @throws RtError `network` when no server answers; `unsupported` when it is too old or the package
 * @qdrant/js-client-rest is missing; `unauthorized`.
 */
export const createQdrantStore = async (options: QdrantStoreOptions): Promise<VectorStore> => {
  const connection = await connect(checkOptions(options))
  const { clock = Date.now } = options
  /** By physical name: all handles of a collection write one after the other. One that was dropped has another when made anew. */
  const lanes = new Map<string, Serial>()
  let closed = false

  const refuseClosed = (): void => {
    if (closed) throw storeClosed()
  }
  const laneOf = (physical: string): Serial => {
    let lane = lanes.get(physical)
    if (!lane) lanes.set(physical, (lane = createSerial()))
    return lane
  }
  const handleOf = (found: StoredCollection): VectorCollection => {
    const { physical, name } = found
    const lane = laneOf(physical)
    const refuseGone = (): void => {
      refuseClosed()
      // Qdrant knows it by a name alone, and would take a handle of what was dropped for one of what came after it.
      if (lanes.get(physical) !== lane) throw noCollection(name)
    }
    return createQdrantCollection(connection, found, { clock, lane, refuseGone })
  }
  const forget = (gone: string[]): void => gone.forEach((physical) => lanes.delete(physical))

  return {
    kind: 'qdrant',
    capabilities: CAPABILITIES,
    async collection(name, stamp, given = {}) {
      refuseClosed()
      checkName(name)
      if (stamp) checkStamp(stamp, CAPABILITIES)
      const checked = checkCollectionOptions(given, CAPABILITIES)
      if (checked.index === 'usearch')
        throw new RtError({
          code: 'unsupported',
          message: 'Qdrant has no index usearch.',
          hint: 'Give auto or hnsw, which it builds by size, or flat to compare every vector.',
        })
      return handleOf(await openCollection(connection, name, stamp, checked))
    },
    async list() {
      refuseClosed()
      const { collections } = await fetchCatalog(connection)
      const names = [...collections].toSorted(([a], [b]) => (a < b ? -1 : 1))
      const all = await Promise.all(
        names.map(async ([name, physical]) => {
          const found = await fetchCollection(connection, physical, name)
          if (!found) return []
          return handleOf(found)
            .describe()
            .then(
              (info) => [info],
              (error: unknown) => {
                // Dropped since it was listed.
                if (RtError.isInstance(error) && error.code === 'not_found') return []
                throw error
              },
            )
        }),
      )
      return all.flat()
    },
    async drop(name) {
      refuseClosed()
      const gone = await dropCollection(connection, name)
      forget(gone)
      return gone.length > 0
    },
    async rename(name, to, { replace = false } = {}) {
      refuseClosed()
      checkName(to)
      forget(await renameCollection(connection, { name, to, replace }))
    },
    async alias(changes) {
      refuseClosed()
      await setAliases(connection, checkAliases(changes))
    },
    async snapshot() {
      refuseClosed()
      throw new RtError({
        code: 'unsupported',
        message: 'Qdrant keeps its snapshots on the server: they are not copied into a file here.',
        hint: 'Use its own (POST /collections/NAME/snapshots), or export the records.',
      })
    },
    async [Symbol.asyncDispose]() {
      closed = true
      lanes.clear()
    },
  }
}
