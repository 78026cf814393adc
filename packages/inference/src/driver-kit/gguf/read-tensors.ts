import { RtError } from '@rt/core'
import type { FileCursor } from './file-cursor.ts'
import { TENSOR_TYPES } from './tensor-types.ts'

export interface TensorSummary {
  tensors: number
  /** Number of weights. */
  parameters: number
  /** The type most weights have, e.g. `Q4_1`; undefined when it is newer than this table, or there are no tensors. */
  dominantType: string | undefined
}

const MOST_TENSORS = 100_000
/** llama.cpp takes 64. */
const LONGEST_NAME = 128
const MOST_DIMENSIONS = 4
/** Name length, dimensions, type, offset. */
const SMALLEST_ENTRY = 8 + 4 + 4 + 8

/** Reads the list of tensors and checks that each lies inside the file. */
export const readTensors = async (cursor: FileCursor, count: number, alignment: number): Promise<TensorSummary> => {
  if (count > MOST_TENSORS || count * SMALLEST_ENTRY > cursor.left) throw invalid(`it announces ${count} tensors`)
  const names = new Set<string>()
  const weights = new Map<number, number>()
  let end = 0
  for (let index = 1; index <= count; index++) {
    const tensor = await readTensor(cursor, index)
    if (names.has(tensor.name)) throw invalid(`tensor ${index} repeats the name of another`)
    names.add(tensor.name)
    if (tensor.offset % alignment !== 0) throw invalid(`tensor ${index} is not aligned`)
    weights.set(tensor.type, (weights.get(tensor.type) ?? 0) + tensor.elements)
    end = Math.max(end, tensor.offset + bytesOf(tensor, index))
  }
  const begin = Math.ceil(cursor.position / alignment) * alignment
  if (count > 0 && begin + end > cursor.position + cursor.left) throw invalid('its weights reach beyond its end')
  const [dominant] = [...weights].toSorted((a, b) => b[1] - a[1])
  return {
    tensors: count,
    parameters: [...weights.values()].reduce((sum, one) => sum + one, 0),
    dominantType: dominant && TENSOR_TYPES.get(dominant[0])?.name,
  }
}

interface Tensor {
  name: string
  elements: number
  type: number
  /** Of its first row. */
  width: number
  offset: number
}

const readTensor = async (cursor: FileCursor, index: number): Promise<Tensor> => {
  await cursor.need(8)
  const length = cursor.u64()
  if (length > LONGEST_NAME) throw invalid(`the name of tensor ${index} has ${length} bytes`)
  await cursor.need(length + 4)
  const name = cursor.take(length).toString('latin1')
  const dimensions = cursor.u32()
  if (dimensions > MOST_DIMENSIONS) throw invalid(`tensor ${index} has ${dimensions} dimensions`)
  await cursor.need(dimensions * 8 + 12)
  const sizes = Array.from({ length: dimensions }, () => cursor.u64())
  const elements = sizes.reduce((product, one) => product * one, 1)
  if (!Number.isSafeInteger(elements)) throw invalid(`tensor ${index} is too large`)
  return { name, elements, width: sizes[0] ?? 1, type: cursor.u32(), offset: cursor.u64() }
}

/** Of a type that is newer than the table at least its offset is checked. */
const bytesOf = ({ type, elements, width }: Tensor, index: number): number => {
  const known = TENSOR_TYPES.get(type)
  if (!known) return 0
  if (width % known.block !== 0) throw invalid(`the rows of tensor ${index} are not whole blocks`)
  return (elements / known.block) * known.bytes
}

const invalid = (message: string): RtError => new RtError({ code: 'model_invalid', message })
