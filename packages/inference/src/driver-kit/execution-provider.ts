/** What computes in onnxruntime, best first. */
export const EXECUTION_PROVIDERS = ['tensorrt', 'cuda', 'coreml', 'dml', 'webgpu', 'cpu'] as const

export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number]

/** One of them with all that onnxruntime-node passes on to it. */
export interface ProviderChoice {
  name: ExecutionProvider
  /** Of several GPUs; for tensorrt, cuda and dml. Default: the first. */
  deviceId?: number | undefined
  /** Where engines that were built for this GPU are kept; tensorrt only. Default: they are built at each start. */
  cacheFolder?: string | undefined
}
