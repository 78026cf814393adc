import { type JsonObject, type JsonValue, RtError } from '@rt/core'
import { decodeTensor, encodeTensor, isTensorType } from './tensor-bytes.ts'
import type { InferRequest, InferResponse, Tensor, TensorData, TensorType } from './tensor.ts'

export const LENGTH_HEADER = 'inference-header-content-length'

export interface InferBody {
  body: string | Uint8Array<ArrayBuffer>
  headers: Record<string, string>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** @throws RtError `invalid_request` when a tensor's data does not fill its shape. */
export const encodeInfer = ({ inputs, outputs, parameters = {}, binary = false }: InferRequest): InferBody => {
  for (const input of inputs) checkShape(input)
  const blocks = binary ? inputs.map(encodeTensor) : []
  const json = JSON.stringify({
    inputs: inputs.map(({ name, shape, datatype, data }, index) => ({
      name,
      shape,
      datatype,
      ...(binary ? { parameters: { binary_data_size: blocks[index]!.length } } : { data: data.map(toJsonElement) }),
    })),
    ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    parameters: { ...parameters, ...(binary && { binary_data_output: true }) },
  })
  if (!binary) return { body: json, headers: { 'content-type': 'application/json' } }
  const head = encoder.encode(json)
  const body = new Uint8Array(head.length + blocks.reduce((sum, block) => sum + block.length, 0))
  body.set(head)
  let at = head.length
  for (const block of blocks) {
    body.set(block, at)
    at += block.length
  }
  return { body, headers: { 'content-type': 'application/octet-stream', [LENGTH_HEADER]: String(head.length) } }
}

const checkShape = ({ name, shape, data }: Tensor): void => {
  const size = shape.reduce((product, length) => product * length, 1)
  if (size !== data.length)
    throw new RtError({
      code: 'invalid_request',
      message: `the tensor ${JSON.stringify(name)} has ${data.length} elements and the shape [${shape.join(', ')}], which holds ${size}.`,
    })
}

const toJsonElement = (value: TensorData[number]): JsonValue => {
  if (typeof value === 'bigint') {
    if (BigInt(Number(value)) !== value || !Number.isSafeInteger(Number(value)))
      throw new RtError({
        code: 'invalid_request',
        message: `${value} is too large for JSON.`,
        hint: 'send it with binary: true.',
      })
    return Number(value)
  }
  return value instanceof Uint8Array ? decoder.decode(value) : value
}

/** @throws RtError `provider_error` for what is no answer of the protocol. */
export const decodeInfer = (bytes: Uint8Array, headLength: string | null): InferResponse => {
  const length = headLength === null ? bytes.length : Number(headLength)
  if (!Number.isSafeInteger(length) || length < 0 || length > bytes.length)
    throw odd(`its ${LENGTH_HEADER} is ${JSON.stringify(headLength)} for ${bytes.length} bytes`)
  const head = parseObject(decoder.decode(bytes.subarray(0, length)))
  if (!Array.isArray(head['outputs'])) throw odd('it has no outputs')
  let at = length
  const outputs = head['outputs'].map((output): Tensor => {
    const { name, shape, datatype, data, parameters } = asObject(output)
    if (typeof name !== 'string' || !isShape(shape) || !isTensorType(datatype))
      throw odd('an output has no name, shape or known datatype')
    const size = asObject(parameters)['binary_data_size']
    if (typeof size !== 'number') return { name, shape, datatype, data: fromJson(data, datatype) }
    const block = bytes.subarray(at, at + size)
    if (block.length !== size) throw odd(`the bytes of its output ${JSON.stringify(name)} are cut off`)
    at += size
    return { name, shape, datatype, data: decodeTensor(datatype, block, name) }
  })
  const { model_name: modelName, model_version: modelVersion } = head
  return {
    ...(typeof modelName === 'string' && { modelName }),
    ...(typeof modelVersion === 'string' && { modelVersion }),
    outputs,
  }
}

/** JSON data may be nested by its shape, or flat. */
const fromJson = (data: JsonValue | undefined, datatype: TensorType): TensorData => {
  if (!Array.isArray(data)) throw odd('an output has no data')
  const flat = flatten(data)
  if (datatype === 'BYTES') return flat.map((item) => encoder.encode(String(item)))
  if (datatype === 'INT64' || datatype === 'UINT64') return flat.map((item) => BigInt(item))
  return flat as TensorData
}

const flatten = (data: JsonValue[]): (string | number | boolean)[] =>
  data.flatMap((item) => {
    if (Array.isArray(item)) return flatten(item)
    if (item === null || typeof item === 'object') throw odd('an output has data that are no elements')
    return [item]
  })

export const parseObject = (text: string): JsonObject => asObject(parse(text))

export const parseArray = (text: string): JsonValue[] => {
  const value = parse(text)
  return Array.isArray(value) ? value : []
}

const parse = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw odd('it is no JSON')
  }
}

export const asObject = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

const isShape = (value: JsonValue | undefined): value is number[] =>
  Array.isArray(value) && value.every((length) => typeof length === 'number')

const odd = (why: string): RtError =>
  new RtError({ code: 'provider_error', message: `the server's answer cannot be read: ${why}.` })
