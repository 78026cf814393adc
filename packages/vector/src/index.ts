// Every line here is public API of @rt/vector: adding one is a decision. The indexes are not: stores choose them.

// Stores
export { createSqliteStore } from './stores/sqlite/index.ts'
export type { SqliteStoreOptions } from './stores/sqlite/index.ts'

// Filters
export { checkFilter } from './filter/index.ts'

// Fusion of ranked lists
export { fuseMinMax, minMax } from './fusion/min-max.ts'
export { rrf } from './fusion/rrf.ts'
export type { FusedHit, FusedPart, FusionKey, RankedList } from './fusion/ranked-list.ts'

// Another embedder
export { migrateEmbedder, nextName } from './migrate/migrate-embedder.ts'
export type { Migration, MigrationOptions, MigrationProgress, MigrationReport, Parity } from './migrate/types.ts'

// From store to store
export { moveCollection } from './move/move-collection.ts'
export type { MoveCollectionOptions, MovedCollection } from './move/move-collection.ts'

// Lines of JSON
export { exportCollection } from './export-collection.ts'
export { importCollection } from './import-collection.ts'
export type { ImportOptions, ImportReport } from './import-collection.ts'

// Tenants
export { withNamespace } from './with-namespace.ts'
