export {}

// Catalog
export { createCatalog } from './catalog/catalog.ts'
export type {
  Catalog,
  CatalogEntry,
  CatalogOptions,
  InstalledModel,
  PullEvent,
  PullProgress,
  ResolvedModel,
} from './catalog/types.ts'
