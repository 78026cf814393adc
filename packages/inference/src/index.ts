// Every line here is public API of @rt/inference: adding one is a decision.
// Engines are not here: each is a subpath of its own (@rt/inference/gguf, @rt/inference/onnx).

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
