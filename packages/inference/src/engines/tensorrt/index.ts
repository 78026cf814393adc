// Every line here is public API of @rt/inference/tensorrt.
export { tensorrt } from './tensorrt.ts'
export type { TensorrtOptions } from './tensorrt.ts'
