// A collection with given vectors: no model anywhere.
import { strict as assert } from 'node:assert'
import { createSqliteStore } from '@rt/vector'

const store = await createSqliteStore({ path: 'notes.db' })
const notes = await store.collection('notes', { dimensions: 3, metric: 'cosine', fingerprint: 'by-hand/3' })
await notes.upsert([
  { id: 'coat', vector: Float32Array.of(0.9, 0.1, 0), text: 'A winter coat is paid for.' },
  { id: 'train', vector: Float32Array.of(0, 1, 0.2), text: 'Trains before planes.' },
])
const [hit] = await notes.search({ vector: Float32Array.of(1, 0, 0), text: 'Who pays for coats?', k: 1 })
assert.equal(hit?.id, 'coat')
await store[Symbol.asyncDispose]()
console.log('ok vector:', hit?.id, hit?.cosine)
