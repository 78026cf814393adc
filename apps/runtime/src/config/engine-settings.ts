import type { ModelKind } from '@rt/inference/catalog'
import type { ExecutionProvider } from '@rt/inference/onnx'

/** Of the ONNX engine. */
export interface OnnxSettings {
  /**
   * What may compute, best first: each model takes the first that runs it. Default: `tensorrt`, `cuda`, `coreml`, `dml`,
   * `webgpu`, `cpu`.
   */
  providers?: ExecutionProvider[]
  /** Which GPU. Default: the first. */
  deviceId?: number
  /** Folder where TensorRT keeps engines that it built for this GPU. Default: they are built at each start. */
  tensorrtCache?: string
  /** Threads of one run on the CPU. Default: those of all engines. */
  threads?: number
}

/** Of the GGUF engine. */
export interface GgufSettings {
  /** Default: those of all engines. */
  threads?: number
  /**
   * Most bytes of what conversations hold in memory that are saved in the data folder, so that they go on without being read
   * again. 0 = nothing is saved, and what was is deleted. Default 1 GB.
   */
  kvDiskBytes?: number
  /** Guess tokens where an answer repeats something, and where it pays. Default true. */
  speculation?: boolean
}

/** What the files of one model on this machine do not tell of it, or tell wrong. */
export interface LocalModelSettings {
  /** What it does. Default: as a GGUF file itself, or the files beside an ONNX export say. */
  kind?: ModelKind
  /** Of an embedder: the hidden state that becomes the vector. Default: as its files say, else the mean. */
  pooling?: 'cls' | 'mean' | 'last'
  /** Of an embedder that was trained for it (Matryoshka): so many numbers of each vector are kept. Default: all. */
  dimensions?: number
  /** Of an embedder: put before each question. */
  queryPrefix?: string
  /** Of an embedder: put before each text that is searched. */
  documentPrefix?: string
}

/** How models of this machine are run. */
export interface EngineSettings {
  onnx?: OnnxSettings
  gguf?: GgufSettings
  /** By the names they are asked for with: of the catalog, or a path as it is written elsewhere. */
  models?: Record<string, LocalModelSettings>
}
