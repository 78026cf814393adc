import type { Data, DataType, Table } from 'apache-arrow'
import { contentChecksum, vectorChecksum } from './checksums.ts'
import type { FlatMetadata } from './flatten-metadata.ts'
import { type Arrow, createSchema, listType, vectorType } from './schema.ts'

/** A record as it lies in the dataset. */
export interface StoredRow {
  id: string
  text: string | null
  /** What the text index reads: `indexedWords` of the text. */
  words: string | null
  /** Canonical JSON. */
  metadata: string
  flat: FlatMetadata
  /** When it ends, in milliseconds since 1970. */
  expires: number | null
  vector: Float32Array | undefined
}

/**
 * Rows as one Arrow batch of our own making: LanceDB's own conversion pads a short vector and cuts a long one, silently.
 *
 * @param dimensions of the collection; every vector has been checked against it.
 */
export const toArrow = (arrow: Arrow, rows: StoredRow[], dimensions: number | undefined): Table => {
  const { Float64, makeData, RecordBatch, Struct, Table, Utf8 } = arrow
  const text = new Utf8()
  const number = new Float64()
  const column = (type: DataType, read: (row: StoredRow) => Value): Data => dataOf(arrow, rows.map(read), type)
  const lists = (type: DataType, read: (flat: FlatMetadata) => Value[]): Data =>
    listsOf(
      arrow,
      rows.map(({ flat }) => read(flat)),
      type,
    )
  const vectors = rows.map(({ vector }) => vector)
  // In the order of the schema.
  const children: Data[] = [
    column(text, ({ id }) => id),
    column(text, (row) => row.text),
    column(text, ({ words }) => words),
    column(text, ({ metadata }) => metadata),
    column(number, ({ expires }) => expires),
    column(number, contentChecksum),
    column(number, ({ vector }) => (vector ? vectorChecksum(vector) : null)),
    lists(text, ({ keys }) => keys),
    lists(number, ({ numbers }) => numbers),
    lists(text, ({ texts }) => texts),
    lists(number, ({ times }) => times),
    lists(text, ({ tokens }) => tokens),
    ...(dimensions === undefined ? [] : [vectorsOf(arrow, vectors, dimensions)]),
  ]
  const schema = createSchema(arrow, dimensions)
  const struct = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children })
  return new Table(schema, new RecordBatch(schema, struct))
}

type Value = string | number | null

const dataOf = (arrow: Arrow, values: Value[], type: DataType): Data =>
  // Arrow makes no chunk of no values.
  arrow.vectorFromArray(values, type).data[0] ?? arrow.makeVector(emptyOf(arrow, type)).data[0]!

const emptyOf = ({ makeData }: Arrow, type: DataType): Data => makeData({ type, length: 0, nullCount: 0 } as never)

const listsOf = (arrow: Arrow, lists: Value[][], type: DataType): Data => {
  const valueOffsets = new Int32Array(lists.length + 1)
  for (const [index, { length }] of lists.entries()) valueOffsets[index + 1] = valueOffsets[index]! + length
  const child = dataOf(arrow, lists.flat(), type)
  return arrow.makeData({ type: listType(arrow, type), length: lists.length, nullCount: 0, valueOffsets, child })
}

const vectorsOf = (arrow: Arrow, vectors: (Float32Array | undefined)[], dimensions: number): Data => {
  const data = new Float32Array(vectors.length * dimensions)
  const nullBitmap = new Uint8Array(Math.ceil(vectors.length / 8))
  let nullCount = 0
  for (const [index, vector] of vectors.entries()) {
    if (!vector) nullCount++
    else {
      nullBitmap[index >> 3]! |= 1 << (index & 7)
      data.set(vector, index * dimensions)
    }
  }
  const child = arrow.makeData({ type: new arrow.Float32(), length: data.length, nullCount: 0, data })
  return arrow.makeData({
    type: vectorType(arrow, dimensions),
    length: vectors.length,
    nullCount,
    nullBitmap,
    child,
  })
}
