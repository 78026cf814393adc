import {
  type CallOptions,
  type CollectionOperations,
  type CollectionQuery,
  RtError,
  throwIfAborted,
  type VectorCollection,
  type VectorHit,
  type VectorQuery,
  type VectorStore,
} from '@rt/core'
import { nextName } from '@rt/vector'
import type { PickReranker } from './pick-reranker.ts'
import { findCollection, findInfo } from './find-collection.ts'
import { OWN_COLLECTIONS } from './own-collections.ts'

export interface CollectionParts {
  vectors(): Promise<VectorStore>
  /** Deletes a collection with its documents. */
  drop: CollectionOperations['drop']
  move: CollectionOperations['move']
  migrate: CollectionOperations['migrate']
  reranker: PickReranker
}

/** Collections of the settings' store, by name or alias. What does not exist is not made by writing to it. */
export const createCollections = ({
  vectors,
  drop,
  move,
  migrate,
  reranker,
}: CollectionParts): CollectionOperations => {
  /** By name, not by alias: that may point elsewhere next time. */
  const open = new Map<string, VectorCollection>()

  const collectionOf = async (name: string): Promise<VectorCollection> => {
    const known = open.get(name)
    if (known) return known
    const store = await vectors()
    const found = await store.collection((await findCollection(store, name)).name)
    if (found.name === name) open.set(name, found)
    return found
  }

  /** A collection that was deleted meanwhile, and made anew, is found again. */
  const on = async <T>(
    name: string,
    { signal }: CallOptions,
    work: (collection: VectorCollection) => Promise<T>,
    again = true,
  ): Promise<T> => {
    throwIfAborted(signal)
    const isKnown = open.has(name)
    try {
      return await work(await collectionOf(name))
    } catch (error) {
      if (!isKnown || !RtError.isInstance(error) || error.code !== 'not_found') throw error
      open.delete(name)
      if (!again) throw error
      return work(await collectionOf(name))
    }
  }

  const search = async (
    collection: VectorCollection,
    { rerank, ...query }: CollectionQuery,
    options: CallOptions,
  ): Promise<VectorHit[]> => {
    const given: VectorQuery = query
    if (rerank) {
      const { model, ...others } = rerank
      given.rerank = { ...others, model: await reranker(model, collection) }
    }
    return collection.search(given, options)
  }

  return {
    list: async () => (await vectors()).list(),
    async describe(name, { signal } = {}) {
      throwIfAborted(signal)
      const store = await vectors()
      const info = await findCollection(store, name)
      return { ...info, ...(await (await store.collection(info.name)).describe()) }
    },
    async create(name, { stamp, options, signal } = {}) {
      throwIfAborted(signal)
      const taken =
        (name.endsWith(nextName('')) && `ending in ${nextName('')} are those of collections that are being migrated`) ||
        (name.startsWith(OWN_COLLECTIONS) && `beginning with ${OWN_COLLECTIONS} are those of rt itself`)
      if (taken)
        throw new RtError({
          code: 'invalid_request',
          message: `a collection cannot be called ${JSON.stringify(name)}.`,
          hint: `Names ${taken}.`,
        })
      const store = await vectors()
      if (findInfo(await store.list(), name))
        throw new RtError({
          code: 'conflict',
          message: `there is a collection or an alias "${name}" already.`,
          hint: 'Use it, choose another name, or delete it first.',
        })
      return (await store.collection(name, stamp, options)).describe()
    },
    async drop(name, options) {
      open.delete(name)
      return drop(name, options)
    },
    async alias(changes, { signal } = {}) {
      throwIfAborted(signal)
      await (await vectors()).alias(changes)
      for (const name of Object.keys(changes)) open.delete(name)
    },
    async upsert(name, records, options = {}) {
      let count = 0
      if (Array.isArray(records)) count = records.length
      const given = Array.isArray(records) ? records : counted(records, () => count++)
      await on(name, options, (collection) => collection.upsert(given, options), Array.isArray(records))
      return count
    },
    get: (name, ids, options = {}) => on(name, options, (collection) => collection.get(ids, options)),
    update: (name, changes, options = {}) => on(name, options, (collection) => collection.update(changes, options)),
    delete: (name, which, options = {}) => on(name, options, (collection) => collection.delete(which, options)),
    count: (name, options = {}) => on(name, options, (collection) => collection.count(options)),
    scroll: (name, options = {}) => on(name, options, (collection) => collection.scroll(options)),
    async *records(name, options = {}) {
      let after: string | undefined
      do {
        const from = after === undefined ? {} : { after }
        const page = await on(name, options, (collection) => collection.scroll({ ...options, ...from }))
        yield* page.records
        after = page.next
      } while (after !== undefined)
    },
    search: (name, query, options = {}) => on(name, options, (collection) => search(collection, query, options)),
    move,
    async migrate(name, options) {
      open.delete(name)
      return migrate(name, options)
    },
  }
}

async function* counted<T>(items: Iterable<T> | AsyncIterable<T>, count: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    count()
    yield item
  }
}
