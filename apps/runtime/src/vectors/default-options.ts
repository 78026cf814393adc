import type { CollectionOptions, VectorStore } from '@rt/core'
import type { VectorSettings } from '../config/settings.ts'
import { defined } from '../defined.ts'
import { findInfo } from './find-collection.ts'

/**
 * Makes new collections as the settings say. What exists is opened as it was made: options are a property of the
 * collection, and a setting that changed later is no reason to refuse it.
 */
export const createDefaultOptions = (
  store: VectorStore,
  { index, recall, collections = {} }: VectorSettings,
): VectorStore => {
  /** Names that were opened. */
  const known = new Set<string>()
  return {
    ...store,
    async collection(name, stamp, options) {
      const isNew = !known.has(name) && !findInfo(await store.list(), name)
      const own = Object.hasOwn(collections, name) ? collections[name] : {}
      const wanted: CollectionOptions = isNew ? { ...defined({ index, recall }), ...own, ...options } : (options ?? {})
      const collection = await store.collection(name, stamp, wanted)
      known.add(name)
      return collection
    },
    async drop(name) {
      known.clear()
      return store.drop(name)
    },
    async alias(changes) {
      known.clear()
      return store.alias(changes)
    },
    async rename(...given) {
      known.clear()
      await store.rename(...given)
    },
  }
}
