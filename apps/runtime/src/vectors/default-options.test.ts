import { createSqliteStore } from '@rt/vector'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createDefaultOptions } from './default-options.ts'

it('makes collections as the settings say, and opens those there are as they were made', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  {
    await using store = createDefaultOptions(await createSqliteStore({ path }), {
      index: 'flat',
      recall: 0.9,
      collections: { parts: { tokenizer: 'trigram', recall: 0.8 } },
    })
    await store.collection('notes')
    await store.collection('parts', undefined, { recall: 0.7 })
    await store.collection('parts')
  }
  await using store = createDefaultOptions(await createSqliteStore({ path }), { index: 'auto', recall: 0.97 })
  await store.collection('notes')
  const optionsOf = async (name: string): Promise<unknown> =>
    (await store.list()).find((info) => info.name === name)?.options
  expect(await optionsOf('notes')).toMatchObject({ index: 'flat', recall: 0.9 })
  expect(await optionsOf('parts')).toMatchObject({ index: 'flat', recall: 0.7, tokenizer: 'trigram' })
  await expect(store.collection('notes', undefined, { recall: 0.5 })).rejects.toMatchObject({ code: 'stamp_mismatch' })
  await store.drop('notes')
  await store.collection('notes')
  expect(await optionsOf('notes')).toMatchObject({ index: 'auto', recall: 0.97 })
})
