// Every line here is public API of @rt/vector/lancedb.
export { createLancedbStore } from './store.ts'
export type { LancedbStoreOptions } from './options.ts'
