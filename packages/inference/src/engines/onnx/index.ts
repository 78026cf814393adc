// Every line here is public API of @rt/inference/onnx.
export { createOnnxEngine } from './create-onnx-engine.ts'
export type { OnnxEngine, OnnxEngineOptions } from './create-onnx-engine.ts'
export type { ModelState } from '../../host/model-state.ts'
export type { OnnxEmbedder, OnnxEmbedderOptions } from './load-embedder.ts'
export type { Pooling } from './protocol.ts'
