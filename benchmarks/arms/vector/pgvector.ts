// pgvector in PGlite: PostgreSQL as WebAssembly, in this process, one thread.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { K, readVectors } from '../../data/data-set.ts'
import { missing, servePoints, setOf } from './serve-points.ts'

const EF = [20, 40, 80, 160]
const BATCH = 200

const start = async (): Promise<void> => {
  const set = setOf()
  const database = await PGlite.create({ extensions: { vector } })
  const [operators, operator] = set.metric === 'cosine' ? ['vector_cosine_ops', '<=>'] : ['vector_l2_ops', '<->']
  await database.exec(`CREATE EXTENSION vector; SET maintenance_work_mem = '512MB';
    CREATE TABLE items (id integer, vector vector(${set.dimensions}))`)
  const vectors = readVectors(set)
  for (let from = 0; from < set.count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, set.count - from) }, (_, i) => from + i)
    const values = rows.map(
      (row) => `(${row}, '${text(vectors.subarray(row * set.dimensions, (row + 1) * set.dimensions))}')`,
    )
    await database.exec(`INSERT INTO items VALUES ${values.join(',')}`)
  }
  const begun = performance.now()
  await database.exec(`CREATE INDEX ON items USING hnsw (vector ${operators}) WITH (m = 16, ef_construction = 200)`)
  const build = Math.round(set.count / ((performance.now() - begun) / 1000))
  let current = 0
  const points = EF.map((ef) => ({
    name: `HNSW ef ${ef}`,
    search: async (query: Float32Array) => {
      if (current !== ef) await database.exec(`SET hnsw.ef_search = ${(current = ef)}`)
      const { rows } = await database.query<{ id: number }>(
        `SELECT id FROM items ORDER BY vector ${operator} $1::vector LIMIT ${K}`,
        [text(query)],
      )
      return rows.map(({ id }) => id)
    },
  }))
  await servePoints(set, points, { build, note: `${set.count} vectors; 1 thread, WebAssembly` })
}

const text = (values: Float32Array): string => `[${values.join(',')}]`

start().catch(missing)
