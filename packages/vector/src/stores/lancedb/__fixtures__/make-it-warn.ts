// Run by processes.service.test.ts: asks by another metric than the index has, of which LanceDB warns on stderr.
import { loadLancedb } from '../load-lancedb.ts'

const [path] = process.argv.slice(2)
const { lancedb } = await loadLancedb()
const connection = await lancedb.connect(path!)
const rows = Array.from({ length: 300 }, (_, index) => ({ vector: [index, 1, 2, 4] }))
const table = await connection.createTable('warns', rows)
await table.createIndex('vector', { config: lancedb.Index.ivfFlat({ distanceType: 'cosine' }) })
await table.query().nearestTo([1, 2, 3, 4]).distanceType('l2').toArray()
process.stdout.write('searched\n')
