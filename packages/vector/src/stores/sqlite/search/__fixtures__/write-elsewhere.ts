// Another process on the same file: puts one record in, takes one out.
import { createSqliteStore } from '../../../../index.ts'

await using store = await createSqliteStore({ path: process.argv[2]! })
const collection = await store.collection('notes')
await collection.upsert([{ id: 'c', vector: Float32Array.of(1, 0.1), text: 'cherry' }])
await collection.delete(['a'])
