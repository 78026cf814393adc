import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Provider } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime, type Runtime } from '../index.ts'

const DIMENSIONS = { small: 256, large: 512 } as const

/** Two embedders of a provider that runs on this machine, or not. */
const providerOf = (local: boolean): Provider => ({
  id: 'fake',
  languageModel: () => createScriptedModel({ answers: ['no'] }),
  embeddingModel: (name) => createFakeEmbedder({ id: `fake/${name}`, local, dimensions: DIMENSIONS[name as 'small'] }),
})

const open = async (data: string, embed: string, local = true): Promise<Runtime> => {
  const rt = await createRuntime({ data, config: false, embed, providers: { fake: providerOf(local) } })
  onTestFinished(() => rt.close())
  return rt
}

const setUp = async (): Promise<{ data: string; docs: string }> => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const docs = join(folder.path, 'docs')
  await mkdir(docs)
  const rules = ['Coats', 'Trains', 'Meals'].map(
    (subject) => `## ${subject}\n\n${subject} are paid for by the company.\n`,
  )
  await writeFile(join(docs, 'travel.md'), `# Travel\n\n${rules.join('\n')}`)
  return { data: join(folder.path, 'data'), docs }
}

const stamped = async (rt: Runtime): Promise<(string | undefined)[]> =>
  (await rt.collections.list()).map(({ stamp }) => stamp?.fingerprint)

it('answers questions with another embedder at once, and has its vectors soon', async () => {
  const { data, docs } = await setUp()
  const first = await open(data, 'fake/small')
  await first.ingest(docs)
  expect(await stamped(first)).toEqual(['fake/small/256'])
  await first.close()
  const second = await open(data, 'fake/large')
  expect((await second.search('Who pays for trains?'))[0]?.text).toContain('Trains')
  await second.collections.migrate('default').catch(() => undefined)
  expect(await stamped(second)).toEqual(['fake/large/512'])
  expect((await second.search('Who pays for meals?'))[0]?.text).toContain('Meals')
  // Nothing is embedded again: the files have not changed.
  expect(await second.ingest(docs)).toMatchObject({ failed: [], embedded: 0 })
})

it('pays no embedder elsewhere by itself', async () => {
  const { data, docs } = await setUp()
  const first = await open(data, 'fake/small', false)
  await first.ingest(docs)
  await first.close()
  const second = await open(data, 'fake/large', false)
  await expect(second.search('Who pays for trains?')).rejects.toMatchObject({
    code: 'stamp_mismatch',
    hint: expect.stringContaining('rt collections migrate default') as string,
  })
  expect(await second.collections.migrate('default')).toMatchObject({
    name: 'default',
    embedder: 'fake/large',
    switched: true,
    parity: { before: 1, after: 1 },
  })
  expect((await second.search('Who pays for trains?'))[0]?.text).toContain('Trains')
})
