import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLancedbStore } from '../stores/lancedb/index.ts'
import { startPglite } from '../stores/pgvector/__fixtures__/pglite-pool.ts'
import { createPgvectorStore } from '../stores/pgvector/index.ts'
import { thereAndBack } from './__fixtures__/there-and-back.ts'

let server: Awaited<ReturnType<typeof startPglite>>
beforeAll(async () => void (server = await startPglite()))
afterAll(() => server[Symbol.asyncDispose]())

describe.each(['cosine', 'l2', 'dot'] as const)('every kind of record, %s', (metric) => {
  it('goes to LanceDB and back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rt-lance-'))
    try {
      await using lance = await createLancedbStore({ path: folder })
      await expect(thereAndBack(lance, metric)).resolves.toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('goes to PostgreSQL and back', async () => {
    await using postgres = await createPgvectorStore({ pool: server.pool, schema: `move_${metric}` })
    await expect(thereAndBack(postgres, metric)).resolves.toBeUndefined()
  })
})
