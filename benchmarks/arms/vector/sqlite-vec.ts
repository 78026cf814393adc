// sqlite-vec in node:sqlite: exact, in memory of its page cache.
import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import { K, readVectors } from '../../data/data-set.ts'
import { missing, servePoints, setOf } from './serve-points.ts'

const start = async (): Promise<void> => {
  const set = setOf()
  const database = new DatabaseSync(':memory:', { allowExtension: true })
  database.loadExtension(getLoadablePath())
  const metric = set.metric === 'cosine' ? ' distance_metric=cosine' : ''
  database.exec(`CREATE VIRTUAL TABLE items USING vec0(vector float[${set.dimensions}]${metric})`)
  const vectors = readVectors(set)
  const insert = database.prepare('INSERT INTO items (rowid, vector) VALUES (?, ?)')
  const bytesOf = (row: Float32Array): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)
  const begun = performance.now()
  database.exec('BEGIN')
  for (let row = 0; row < set.count; row++)
    insert.run(BigInt(row), bytesOf(vectors.subarray(row * set.dimensions, (row + 1) * set.dimensions)))
  database.exec('COMMIT')
  const build = Math.round(set.count / ((performance.now() - begun) / 1000))
  const nearest = database.prepare('SELECT rowid FROM items WHERE vector MATCH ? ORDER BY distance LIMIT ?')
  const search = (query: Float32Array): number[] => nearest.all(bytesOf(query), K).map((row) => Number(row['rowid']))
  await servePoints(set, [{ name: 'exact', search }], { build, note: 'ingest; it has no graph' })
}

start().catch(missing)
