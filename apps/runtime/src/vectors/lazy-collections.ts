import type { CollectionOperations } from '@rt/core'

/** Operations that are opened when one of them is asked for. */
export const lazyCollections = (open: () => Promise<CollectionOperations>): CollectionOperations => ({
  list: async () => (await open()).list(),
  describe: async (...given) => (await open()).describe(...given),
  create: async (...given) => (await open()).create(...given),
  drop: async (...given) => (await open()).drop(...given),
  alias: async (...given) => (await open()).alias(...given),
  upsert: async (...given) => (await open()).upsert(...given),
  get: async (...given) => (await open()).get(...given),
  update: async (...given) => (await open()).update(...given),
  delete: async (...given) => (await open()).delete(...given),
  count: async (...given) => (await open()).count(...given),
  scroll: async (...given) => (await open()).scroll(...given),
  async *records(...given) {
    yield* (await open()).records(...given)
  },
  search: async (...given) => (await open()).search(...given),
  move: async (...given) => (await open()).move(...given),
  migrate: async (...given) => (await open()).migrate(...given),
})
