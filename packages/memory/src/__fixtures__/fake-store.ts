import { RtError, type VectorStore } from '@rt/core'

/** What a VectorStore has beside its collections. Spread it and put in what a test looks at. */
export const fakeStore: VectorStore = {
  kind: 'fake',
  capabilities: {
    metrics: ['cosine'],
    durability: 'process-crash',
    consistency: 'read-your-writes',
    atomicUpsert: true,
    keyword: 'bm25',
    tokenizers: ['porter'],
    filteredSearch: 'exact',
    snapshot: false,
    rename: false,
  },
  collection: (name) => Promise.reject(new RtError({ code: 'not_found', message: `no ${name} here.` })),
  list: async () => [],
  drop: async () => false,
  alias: async () => {},
  rename: () => Promise.reject(new RtError({ code: 'unsupported', message: 'a fake.' })),
  snapshot: () => Promise.reject(new RtError({ code: 'unsupported', message: 'a fake.' })),
  [Symbol.asyncDispose]: async () => {},
}
