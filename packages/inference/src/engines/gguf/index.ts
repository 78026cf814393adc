// Every line here is public API of @rt/inference/gguf: adding one is a decision.
export { createGgufEngine } from './engine.ts'
export { DEFAULT_SAMPLING } from './options.ts'
export type { Pooling } from '../../driver-kit/pooling.ts'
export type { GgufEmbedder, GgufEmbedderOptions, GgufReranker, GgufRerankerOptions } from './vector-options.ts'
export type { ModelState } from '../../host/model-state.ts'
export type { InfillRequest, InfillTexts, TokenOptions } from './infill-options.ts'
export type {
  GgufAdapter,
  GgufEngine,
  GgufEngineOptions,
  GgufModel,
  GgufModelInfo,
  GgufModelOptions,
  GgufStreamOptions,
  PrefillProgress,
} from './options.ts'
export type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
