/** Element types of KServe's protocol, version 2; BF16 is Triton's. */
export type TensorType =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'BF16'
  | 'FP32'
  | 'FP64'
  | 'BYTES'

/** Elements in row-major order. */
export type TensorData = boolean[] | number[] | bigint[] | string[] | Uint8Array[]

/** A tensor to send, or one that came. */
export interface Tensor {
  name: string
  shape: number[]
  datatype: TensorType
  /** What comes: booleans; numbers; bigints for the 64-bit integers; Uint8Arrays for BYTES. */
  data: TensorData
}

export interface InferRequest {
  inputs: Tensor[]
  /** Which outputs to give. Default: all. */
  outputs?: string[]
  parameters?: Record<string, string | number | boolean>
  /**
   * Tensors as bytes after the JSON, both ways: the binary extension, which Triton has. Default false, which every server
   * of the protocol understands.
   */
  binary?: boolean
}

export interface InferResponse {
  modelName?: string
  modelVersion?: string
  outputs: Tensor[]
}
