import { RtError } from '@rt/core'
import type { FileCursor } from './file-cursor.ts'
import { TENSOR_TYPES } from './tensor-types.ts'

export interface TensorSummary {
  tensors: number
  /** Number of weights. */
  parameters: number
  /** The type most weights have, e.g. `Q4_1`; undefined when it is newer than this table, or there are no tensors. */
  dominantType: string | undefined
  /** Number of weights by the number of their type. */
  weights: ReadonlyMap<number, number>
  /** Number of tokens it knows; absent where no tensor tells. */
  vocabulary?: number
}

/** One row a token, in every model of llama.cpp. */
const EMBEDDINGS = 'token_embd.weight'
/** The largest models have some thousands. */
const MOST_TENSORS = 32_768
/** llama.cpp takes 64. */
const LONGEST_NAME = 128
const MOST_DIMENSIONS = 4
/** Name length, dimensions, type, offset. */
const SMALLEST_ENTRY = 8 + 4 + 4 + 8
const LARGEST_ENTRY = SMALLEST_ENTRY + LONGEST_NAME + MOST_DIMENSIONS * 8

/**
 * Reads the list of tensors and checks that each lies inside the file, one behind the other as llama.cpp demands: none
 * shares bytes with another.
 */
export const readTensors = async (cursor: FileCursor, count: number, alignment: number): Promise<TensorSummary> => {
  if (count > MOST_TENSORS || count * SMALLEST_ENTRY > cursor.left) throw invalid(`it announces ${count} tensors`)
  const names = new Set<string>()
  const weights = new Map<number, number>()
  /** Where the next one begins; unknown behind a type that is newer than the table. */
  let next: number | undefined = 0
  let end = 0
  let vocabulary: number | undefined
  for (let index = 1; index <= count; index++) {
    // Waiting once a window, not once a tensor, keeps thousands of them within milliseconds.
    if (!cursor.has(LARGEST_ENTRY)) await cursor.need(Math.min(LARGEST_ENTRY, cursor.left))
    const tensor = readTensor(cursor, index)
    if (names.has(tensor.name)) throw invalid(`tensor ${index} repeats the name of another`)
    names.add(tensor.name)
    if (tensor.offset % alignment !== 0) throw invalid(`tensor ${index} is not aligned`)
    if (next !== undefined && tensor.offset !== next)
      throw invalid(`tensor ${index} does not begin where the one before it ends`)
    if (tensor.name === EMBEDDINGS) vocabulary = tensor.elements / tensor.width
    weights.set(tensor.type, (weights.get(tensor.type) ?? 0) + tensor.elements)
    const bytes = bytesOf(tensor, index)
    next = bytes === undefined ? undefined : padded(tensor.offset + bytes, alignment)
    end = Math.max(end, tensor.offset + (bytes ?? 0))
  }
  const begin = padded(cursor.position, alignment)
  if (count > 0 && begin + end > cursor.position + cursor.left) throw invalid('its weights reach beyond its end')
  return { ...summarizeTensors(count, weights), ...(vocabulary && { vocabulary }) }
}

export const summarizeTensors = (tensors: number, weights: ReadonlyMap<number, number>): TensorSummary => {
  const [dominant] = [...weights].toSorted((a, b) => b[1] - a[1])
  return {
    tensors,
    parameters: [...weights.values()].reduce((sum, one) => sum + one, 0),
    dominantType: dominant && TENSOR_TYPES.get(dominant[0])?.name,
    weights,
  }
}

const padded = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment

interface Tensor {
  name: string
  elements: number
  type: number
  /** Of its first row. */
  width: number
  offset: number
}

const readTensor = (cursor: FileCursor, index: number): Tensor => {
  const length = whole(cursor, 8).u64()
  if (length > LONGEST_NAME) throw invalid(`the name of tensor ${index} has ${length} bytes`)
  const name = whole(cursor, length + 4)
    .take(length)
    .toString('latin1')
  const dimensions = cursor.u32()
  if (dimensions > MOST_DIMENSIONS) throw invalid(`tensor ${index} has ${dimensions} dimensions`)
  const { elements, width } = readSizes(whole(cursor, dimensions * 8 + 12), dimensions)
  if (!Number.isSafeInteger(elements)) throw invalid(`tensor ${index} is too large`)
  return { name, elements, width, type: cursor.u32(), offset: cursor.u64() }
}

const readSizes = (cursor: FileCursor, dimensions: number): Pick<Tensor, 'elements' | 'width'> => {
  const sizes = Array.from({ length: dimensions }, () => cursor.u64())
  return { elements: sizes.reduce((product, one) => product * one, 1), width: sizes[0] ?? 1 }
}

/** The cursor, when so many bytes are there. */
const whole = (cursor: FileCursor, bytes: number): FileCursor => {
  if (cursor.has(bytes)) return cursor
  throw invalid('its list of tensors ends too early')
}

/** Undefined for a type that is newer than the table: of such a tensor at least the offset is checked. */
const bytesOf = ({ type, elements, width }: Tensor, index: number): number | undefined => {
  const known = TENSOR_TYPES.get(type)
  if (!known) return undefined
  if (width % known.block !== 0) throw invalid(`the rows of tensor ${index} are not whole blocks`)
  return (elements / known.block) * known.bytes
}

const invalid = (message: string): RtError => new RtError({ code: 'model_invalid', message })
