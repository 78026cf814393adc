// Run by processes.service.test.ts: inserts and updates the same records as others of its kind, then says so.
import { createLancedbStore } from '../index.ts'

const [path, name] = process.argv.slice(2)
await using store = await createLancedbStore({ path: path! })
const collection = await store.collection('shared', { dimensions: 2, metric: 'cosine', fingerprint: 'test/2' })
for (let round = 0; round < 15; round++) {
  await collection.upsert([
    { id: `new${round}`, vector: Float32Array.of(1, round), metadata: { by: name! } },
    { id: `${name}${round}`, text: 'mine' },
  ])
  await collection.update([{ id: 'counts', set: { [`${name}${round}`]: true } }])
}
process.stdout.write('done\n')
