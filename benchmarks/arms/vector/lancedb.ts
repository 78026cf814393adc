// LanceDB in this process: a scan, and HNSW with scalar quantisation, refined.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, Index, type Table, type VectorQuery } from '@lancedb/lancedb'
import {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table as ArrowTable,
} from 'apache-arrow'
import { type DataSet, K, readVectors } from '../../data/data-set.ts'
import { missing, type Point, servePoints, setOf } from './serve-points.ts'

const BATCH = 10_000
// At least as many as are refined.
const EF = [32, 64, 128, 256]

const batchOf = (set: DataSet, vectors: Float32Array, from: number): ArrowTable => {
  const length = Math.min(BATCH, set.count - from)
  const type = new FixedSizeList(set.dimensions, new Field('item', new Float32(), true))
  const values = vectors.slice(from * set.dimensions, (from + length) * set.dimensions)
  const schema = new Schema([new Field('row', new Int32(), false), new Field('vector', type, false)])
  const row = makeData({ type: new Int32(), data: Int32Array.from({ length }, (_, i) => from + i) })
  const vector = makeData({ type, length, nullCount: 0, child: makeData({ type: new Float32(), data: values }) })
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [row, vector] })
  return new ArrowTable(schema, [new RecordBatch(schema, struct)])
}

const start = async (): Promise<void> => {
  const set = setOf()
  const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGTERM', () => process.exit())
  const connection = await connect(folder)
  const vectors = readVectors(set)
  const table: Table = await connection.createTable('vectors', batchOf(set, vectors, 0))
  for (let from = BATCH; from < set.count; from += BATCH) await table.add(batchOf(set, vectors, from))
  const begun = performance.now()
  await table.createIndex('vector', { config: Index.hnswSq({ distanceType: set.metric, m: 16, efConstruction: 200 }) })
  await table.waitForIndex(['vector_idx'], 600)
  const build = Math.round(set.count / ((performance.now() - begun) / 1000))

  const nearest = async (query: VectorQuery): Promise<number[]> => {
    const found = await query.select(['row', '_distance']).limit(K).toArrow()
    return Array.from(found.getChild('row')!.toArray() as Int32Array)
  }
  const query = (vector: Float32Array): VectorQuery => table.query().nearestTo(vector).distanceType(set.metric)
  const points: Point[] = [
    { name: 'scan', search: (vector) => nearest(query(vector).bypassVectorIndex()) },
    ...EF.map((ef) => ({
      name: `HNSW_SQ ef ${ef}, refine 3`,
      search: (vector: Float32Array) => nearest(query(vector).ef(ef).refineFactor(3)),
    })),
  ]
  await servePoints(set, points, { build, note: 'all threads build and search' })
}

start().catch(missing)
