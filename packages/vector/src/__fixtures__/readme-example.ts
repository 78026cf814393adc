// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { createSqliteStore } from '@rt/vector'

await using store = await createSqliteStore({ path: 'notes.db' })
const notes = await store.collection('notes', { dimensions: 3, metric: 'cosine', fingerprint: 'by-hand/3' })

await notes.upsert([
  { id: 'coat', vector: Float32Array.of(0.9, 0.1, 0), text: 'A winter coat is paid for.', metadata: { lang: 'en' } },
  { id: 'train', vector: Float32Array.of(0, 1, 0.2), text: 'Trains before planes.', metadata: { lang: 'en' } },
])

const query = { vector: Float32Array.of(1, 0, 0), text: 'Who pays for coats?', filter: { lang: 'en' }, k: 1 }
for (const { id, score, cosine, bm25 } of await notes.search(query)) {
  console.log(id, { score, cosine, bm25 }) // judge relevance by cosine; score only orders one answer
}
