import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadLancedb } from './load-lancedb.ts'
import { temporaryStore } from './__fixtures__/temporary-store.ts'

describe('maintenance', () => {
  it('keeps the pieces and versions of many small writes few', async () => {
    await using temporary = await temporaryStore({ keepVersionsMs: 0 })
    const collection = await temporary.store.collection('small')
    for (let index = 0; index < 150; index++)
      await collection.upsert([{ id: `r${index}`, text: 'winter coat', metadata: { index } }])
    await temporary.idle()
    const files = async (folder: string): Promise<number> =>
      (await readdir(join(temporary.path, 'c_1.lance', folder))).length
    expect(await files('_versions')).toBeLessThan(80)
    expect(await files('data')).toBeLessThan(80)
    expect(await collection.count()).toBe(150)
    expect(await collection.count({ filter: { index: { gte: 140 } } })).toBe(10)
    expect(await collection.search({ text: 'coats', k: 200 })).toHaveLength(150)
  })

  it('takes what was written into the indexes when no more is', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('fresh')
    await collection.upsert(Array.from({ length: 600 }, (_, index) => ({ id: `r${index}`, text: 'winter coat' })))
    await temporary.idle()
    const { lancedb } = await loadLancedb()
    const connection = await lancedb.connect(temporary.path)
    const table = await connection.openTable('c_1')
    for (const { name } of await table.listIndices())
      expect((await table.indexStats(name))?.numUnindexedRows, name).toBe(0)
    table.close()
    connection.close()
  })

  it('removes records that have ended', async () => {
    await using temporary = await temporaryStore()
    const collection = await temporary.store.collection('ending')
    await collection.upsert([{ id: 'gone', expires: 1 }, { id: 'here' }])
    expect(await collection.count()).toBe(1)
    // Opening looks what is to be done.
    await (await temporary.reopen()).collection('ending')
    await temporary.idle()
    const { lancedb } = await loadLancedb()
    const connection = await lancedb.connect(temporary.path)
    const table = await connection.openTable('c_1')
    expect(await table.countRows()).toBe(1)
    table.close()
    connection.close()
  })
})
