// Every line here is public API of @rt/vector/qdrant.
export { createQdrantStore } from './store.ts'
export type { QdrantStoreOptions } from './options.ts'
