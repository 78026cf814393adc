import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { expect, it } from 'vitest'
import { createMemoryCollection } from '../__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from '../__fixtures__/open-temporary.ts'
import { openSqliteCollection } from '../__fixtures__/sqlite-collection.ts'
import { createIngest } from './ingest.ts'

const makeDocuments = async (): Promise<string> => {
  const folder = join(await makeFolder(), 'docs')
  await mkdir(folder)
  for (let index = 100; index < 200; index++) {
    const sections = Array.from({ length: 20 }, (_, part) => `# ${index} ${part}\n\n${'words of text '.repeat(60)}\n`)
    await writeFile(join(folder, `${index}.md`), sections.join('\n'))
  }
  return folder
}

it('ends with disk_full when SQLite cannot grow, keeps what was written, and goes on from there', async () => {
  const folder = await makeDocuments()
  const database = await openTemporary()
  const collection = await openSqliteCollection(database)
  const ingest = createIngest({ database, store: { collection: async () => collection }, collection: 'default' })
  // Pages of 4096 bytes: what SQLite meets here is what it meets on a full disk.
  await database.write({ sql: 'PRAGMA max_page_count = 400' })
  const error = await ingest.ingest(folder).catch((caught: unknown) => caught)
  expect(RtError.isInstance(error) && { code: error.code, hint: error.hint, data: error.data }).toEqual({
    code: 'disk_full',
    hint: expect.stringContaining('what was stored is kept') as unknown,
    data: { done: expect.any(Number) as unknown, files: 100 },
  })
  const { done } = (error as RtError).data as { done: number }
  expect(done).toBeGreaterThan(3)
  const stored = await collection.count()
  expect(stored).toBeGreaterThanOrEqual(done * 40)

  await database.write({ sql: 'PRAGMA max_page_count = 1000000' })
  expect(await ingest.ingest(folder)).toMatchObject({ unchanged: done, added: 100 - done, failed: [] })
  expect(await collection.count()).toBe(4000)
})

it.each([
  ['ENOSPC', 'disk_full'],
  ['EIO', 'database_error'],
])('tells %s of any store as %s', async (code, expected) => {
  const folder = await makeDocuments()
  const collection = createMemoryCollection()
  let upserts = 0
  collection.beforeUpsert = () => {
    if (++upserts === 10) throw Object.assign(new Error(code), { code })
  }
  const ingest = createIngest({
    database: await openTemporary(),
    store: { collection: async () => collection },
    collection: 'default',
  })
  await expect(ingest.ingest(folder)).rejects.toMatchObject({
    code: expected,
    message: expect.stringMatching(/^ingest stopped after \d+ of 100 files: the disk /) as unknown,
  })
  delete collection.beforeUpsert
  const report = await ingest.ingest(folder)
  expect(report.unchanged).toBeGreaterThan(0)
  expect(report.unchanged + report.added).toBe(100)
})
