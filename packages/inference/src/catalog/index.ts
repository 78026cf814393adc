// Every line here is public API of @rt/inference/catalog.
export { createCatalog } from './catalog.ts'

export type {
  Catalog,
  CatalogEntry,
  CatalogFile,
  CatalogOptions,
  CatalogSystem,
  CreatedModel,
  CreateOptions,
  EnsureOptions,
  FileRole,
  InstalledModel,
  ModelDescription,
  ModelEngine,
  ModelKind,
  ModelPreset,
  NameOptions,
  PullEvent,
  PullProgress,
  Recommendation,
  RemovedModel,
  ResolvedModel,
} from './types.ts'
export type { GgufSummary } from '../driver-kit/gguf/summarize-gguf.ts'
export type { Scheme, Source, SourceRequest, Sources } from './sources/source.ts'
export type { SourceLocation } from './parse-source.ts'
