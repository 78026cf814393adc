// Run by kill.service.test.ts: upserts and deletes batch after batch, saying so when each is acknowledged, until it is killed.
import { openLancedbStore } from '../store.ts'

const batchSize = 20
const [path] = process.argv.slice(2)
// Old versions go at once, so that some are killed while they are merged and deleted.
const store = await openLancedbStore({ path: path! }, { keepVersionsMs: 0 })
const collection = await store.collection('killed', { dimensions: 8, metric: 'cosine', fingerprint: 'test/8' })
const ids = (batch: number): string[] => Array.from({ length: batchSize }, (_, index) => `${batch}-${index}`)

for (let batch = (await collection.count()) + 1; ; batch++) {
  await collection.upsert(
    ids(batch).map((id, index) => ({
      id,
      vector: Float32Array.from({ length: 8 }, (_, place) => batch + index * place + 1),
      text: `batch${batch}`,
      metadata: { batch },
    })),
  )
  process.stdout.write(`+${batch}\n`)
  if (batch % 3) continue
  await collection.delete(ids(batch - 1))
  process.stdout.write(`-${batch - 1}\n`)
}
