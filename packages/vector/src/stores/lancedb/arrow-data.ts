import type { Data } from 'apache-arrow'
import { type Arrow, listType, vectorType } from './schema.ts'

// Columns are laid out here: Arrow's own builders take ten times as long, and would hold up the event loop.

export const textData = ({ makeData, Utf8 }: Arrow, values: (string | null)[]): Data => {
  const valueOffsets = new Int32Array(values.length + 1)
  // Half a surrogate pair would join with the half that begins the next text.
  const texts = values.map((value) => value?.toWellFormed() ?? '')
  for (const [index, text] of texts.entries()) valueOffsets[index + 1] = valueOffsets[index]! + Buffer.byteLength(text)
  const data = Buffer.from(texts.join(''))
  return makeData({ type: new Utf8(), length: values.length, ...validityOf(values), valueOffsets, data })
}

export const numberData = ({ makeData, Float64 }: Arrow, values: (number | null)[]): Data => {
  const data = Float64Array.from(values, (value) => value ?? 0)
  return makeData({ type: new Float64(), length: values.length, ...validityOf(values), data })
}

/** @param child the elements of all lists, end to end. */
export const listData = (arrow: Arrow, lists: readonly unknown[][], child: Data): Data => {
  const valueOffsets = new Int32Array(lists.length + 1)
  for (const [index, { length }] of lists.entries()) valueOffsets[index + 1] = valueOffsets[index]! + length
  return arrow.makeData({ type: listType(arrow, child.type), length: lists.length, nullCount: 0, valueOffsets, child })
}

export const vectorData = (arrow: Arrow, vectors: (Float32Array | undefined)[], dimensions: number): Data => {
  const data = new Float32Array(vectors.length * dimensions)
  for (const [index, vector] of vectors.entries()) if (vector) data.set(vector, index * dimensions)
  const child = arrow.makeData({ type: new arrow.Float32(), length: data.length, nullCount: 0, data })
  return arrow.makeData({ type: vectorType(arrow, dimensions), length: vectors.length, ...validityOf(vectors), child })
}

/** Which values are there: a bit each. */
const validityOf = (values: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } => {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8))
  let nullCount = 0
  for (const [index, value] of values.entries())
    if (value === null || value === undefined) nullCount++
    else nullBitmap[index >> 3]! |= 1 << (index & 7)
  return { nullCount, nullBitmap }
}
