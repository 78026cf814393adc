// Every line here is public API of @rt/inference/kserve.
export { createKServe } from './create-kserve.ts'
export type { KServeProvider } from './create-kserve.ts'
export type { KServeEmbedding, KServeModelOptions, KServeOptions } from './options.ts'
export type { InferRequest, InferResponse, Tensor, TensorData, TensorType } from './tensor.ts'
