import type { Data, RecordBatch, Table } from 'apache-arrow'
import { createPacer } from '../../driver-kit/pacer.ts'
import { listData, numberData, textData, vectorData } from './arrow-data.ts'
import { contentChecksum, vectorChecksum } from './checksums.ts'
import type { FlatMetadata } from './flatten-metadata.ts'
import { type Arrow, createSchema } from './schema.ts'

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
export const toArrow = async (arrow: Arrow, rows: StoredRow[], dimensions: number | undefined): Promise<Table> => {
  const schema = createSchema(arrow, dimensions)
  const pace = createPacer()
  const batches: RecordBatch[] = []
  for (let start = 0; start < rows.length; start += ROWS_A_BATCH) {
    const columns = columnsOf(arrow, rows.slice(start, start + ROWS_A_BATCH), dimensions)
    const children: Data[] = []
    for (const { name } of schema.fields) {
      children.push(columns[name]!())
      const pause = pace()
      if (pause) await pause
    }
    const length = Math.min(ROWS_A_BATCH, rows.length - start)
    const type = new arrow.Struct(schema.fields)
    batches.push(new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children })))
  }
  return new arrow.Table(schema, batches)
}

/** So few that a column of them is laid out in a few milliseconds. */
const ROWS_A_BATCH = 512

const columnsOf = (
  arrow: Arrow,
  rows: StoredRow[],
  dimensions: number | undefined,
): Readonly<Record<string, () => Data>> => {
  const texts = (read: (row: StoredRow) => string | null): Data => textData(arrow, rows.map(read))
  const numbers = (read: (row: StoredRow) => number | null): Data => numberData(arrow, rows.map(read))
  const textLists = (read: (flat: FlatMetadata) => (string | null)[]): Data => {
    const lists = rows.map(({ flat }) => read(flat))
    return listData(arrow, lists, textData(arrow, lists.flat()))
  }
  const numberLists = (read: (flat: FlatMetadata) => (number | null)[]): Data => {
    const lists = rows.map(({ flat }) => read(flat))
    return listData(arrow, lists, numberData(arrow, lists.flat()))
  }
  const vectors = (): (Float32Array | undefined)[] => rows.map(({ vector }) => vector)
  return {
    id: () => texts(({ id }) => id),
    text: () => texts(({ text }) => text),
    words: () => texts(({ words }) => words),
    metadata: () => texts(({ metadata }) => metadata),
    expires: () => numbers(({ expires }) => expires),
    checksum: () => numbers(contentChecksum),
    vector_checksum: () => numbers(({ vector }) => (vector ? vectorChecksum(vector) : null)),
    keys: () => textLists(({ keys }) => keys),
    numbers: () => numberLists((flat) => flat.numbers),
    texts: () => textLists((flat) => flat.texts),
    times: () => numberLists(({ times }) => times),
    tokens: () => textLists(({ tokens }) => tokens),
    vector: () => vectorData(arrow, vectors(), dimensions!),
  }
}
