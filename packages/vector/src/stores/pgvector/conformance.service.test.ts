import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { startPglite } from './__fixtures__/pglite-pool.ts'
import { createPgvectorStore } from './index.ts'

let server: Awaited<ReturnType<typeof startPglite>>
let schemas = 0
beforeAll(async () => void (server = await startPglite()))
afterAll(() => server[Symbol.asyncDispose]())

vectorStoreConformance(
  {
    name: 'pgvector',
    create: ({ clock }) => createPgvectorStore({ pool: server.pool, schema: `store_${schemas++}`, clock }),
  },
  { describe, it, expect },
)
