// Searches, and ends without closing anything.
import { createSqliteStore } from '../../../../index.ts'

const store = await createSqliteStore({ path: process.argv[2]! })
const collection = await store.collection('notes')
await collection.upsert([{ id: 'a', vector: Float32Array.of(1, 0) }])
const hits = await collection.search({ vector: Float32Array.of(1, 0) })
console.log(`${hits.length} hit`)
