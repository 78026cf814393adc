// Every line here is public API of @rt/inference/gguf: adding one is a decision.
export { createGgufEngine } from './engine.ts'
export { DEFAULT_SAMPLING } from './options.ts'
export type { FileStamp } from '../../driver-kit/file-stamp.ts'
export type {
  GgufEngine,
  GgufEngineOptions,
  GgufModel,
  GgufModelInfo,
  GgufModelOptions,
  GgufStreamOptions,
  ModelState,
  PrefillProgress,
} from './options.ts'
