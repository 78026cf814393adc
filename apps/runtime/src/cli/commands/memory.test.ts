import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentInfo, RetrievedChunk } from '@rt/core'
import { createIngest } from '@rt/memory'
import { openDatabase } from '@rt/node/sqlite'
import { createSqliteStore } from '@rt/vector'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

/** The same file in two collections. */
const fill = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs', 'a.md'), '# A\n\nOne paragraph.\n')
  await using database = await openDatabase({ path: join(folder, 'rt.db') })
  await using store = await createSqliteStore({ database })
  for (const collection of ['default', 'products'])
    await createIngest({ database, store, collection }).ingest(join(folder, 'docs'))
}

it('forgets a document of one collection, and says where else there is one', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.path)
  const rt = (...args: string[]) =>
    runCommand(['memory', ...args, '--data', folder.path], { env: { RT_EMBED: 'none', RT_CONFIG: 'none' } })
  const collections = async (): Promise<string[]> =>
    (JSON.parse((await rt('list', '--json')).stdout) as DocumentInfo[]).map(({ collection }) => collection)
  expect(await collections()).toEqual(['default', 'products'])

  expect(await rt('forget', 'docs/a.md', '--collection', 'products')).toEqual({
    code: 0,
    stderr: '',
    stdout: ' forgot docs/a.md: 1 chunk deleted; the file stays\n',
  })
  expect(await collections()).toEqual(['default'])
  const none = await rt('forget', 'docs/a.md', '--collection', 'products')
  expect(none.code).toBe(1)
  expect(none.stderr).toContain('no document "docs/a.md" is remembered in the collection "products"')
  expect(none.stderr).toContain('There is one in "default": say --collection default')
  expect((await rt('forget', 'docs/a.md')).code).toBe(0)
  expect(await collections()).toEqual([])
})

it('shows which documents are local-only, in the list, in what is found, and over --json', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'pay'))
  await writeFile(join(folder.path, 'pay', 'ada.md'), '# Pay\n\nAda earns 100 a day.\n')
  await writeFile(join(folder.path, 'menu.md'), '# Menu\n\nSoup a day.\n')
  const rt = (...args: string[]) =>
    runCommand([...args, '--data', join(folder.path, 'data')], { env: { RT_EMBED: 'none', RT_CONFIG: 'none' } })
  expect((await rt('ingest', join(folder.path, 'menu.md'))).code).toBe(0)
  expect((await rt('memory')).stdout).not.toContain('label')
  expect((await rt('ingest', '--local-only', join(folder.path, 'pay'))).code).toBe(0)

  expect((await rt('memory')).stdout).toMatch(/label +ingested(.|\n)*pay\/ada\.md .*words only +local-only/)
  const listed = JSON.parse((await rt('memory', '--json')).stdout) as DocumentInfo[]
  expect(listed.map(({ source, label }) => [source.split('/').at(-1), label])).toEqual([
    ['ada.md', 'local-only'],
    ['menu.md', undefined],
  ])
  const found = JSON.parse((await rt('search', 'what does Ada earn a day', '--json')).stdout) as RetrievedChunk[]
  expect(Object.fromEntries(found.map(({ headings, label }) => [headings.join(), label]))).toEqual({
    Pay: 'local-only',
    Menu: undefined,
  })
  expect((await rt('search', 'Ada')).stdout).toMatch(/§ Pay .*local-only/)
})
