import { join } from 'node:path'
import { collect, type LanguageModel, type Provider } from '@rt/core'
import { createFakeEmbedder, createScriptedModel, type ScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime, type Runtime, type ToolSelectSettings } from '../index.ts'
import { manyTools } from './__fixtures__/many-tools.ts'

const tools = manyTools().map(({ tool }) => tool)

const createModel = (): ScriptedModel =>
  createScriptedModel({ id: 'fake/chat', answers: ['done'], capabilities: { contextTokens: 100_000 } })
const open = async (
  data: string,
  model: LanguageModel,
  { toolSelect = {}, embed = false }: { toolSelect?: ToolSelectSettings; embed?: string | false } = {},
): Promise<Runtime> => {
  const fake: Provider = {
    id: 'fake',
    languageModel: () => model,
    embeddingModel: (name) => createFakeEmbedder({ id: `fake/${name}`, dimensions: name.length * 16 }),
  }
  return createRuntime({ data, config: false, chat: 'fake/chat', embed, providers: { fake }, tools, toolSelect })
}
const shown = ({ requests }: ScriptedModel): string[][] =>
  requests.map((request) => request.tools?.map(({ name }) => name) ?? [])

test('a thread is shown few of 200 tools, after a restart the same ones first', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const model = createModel()
  {
    await using rt = await open(data, model)
    await collect(rt.thread('a').stream('Please cancel the hotel reservation.'))
  }
  await using rt = await open(data, model)
  await collect(rt.thread('a').stream('And create a recipe for dinner with my ingredients.'))
  const [first, second] = shown(model)
  expect(first!.length).toBeLessThanOrEqual(9)
  expect(first).toEqual(expect.arrayContaining(['find_tool', 'travel_delete_hotel_booking']))
  expect(second!.slice(0, first!.length)).toEqual(first)
  expect(second).toContain('kitchen_create_recipe')
  // The index is nobody's collection.
  expect(await rt.collections.list()).toEqual([])
  await expect(rt.collections.create('rt:tools:words')).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(rt.search('hotel', { collection: 'rt:tools:words' })).rejects.toMatchObject({ code: 'not_found' })
})

test('settings say from where on, how many, and which in any case', async () => {
  await using folder = await temporaryFolder()
  const model = createModel()
  const always = ['home_get_light_scene']
  {
    await using rt = await open(join(folder.path, 'a'), model, { toolSelect: { k: 3, always } })
    await collect(rt.stream('Please cancel the hotel reservation.'))
  }
  await using rt = await open(join(folder.path, 'b'), model, { toolSelect: { above: 200 } })
  await collect(rt.stream('Please cancel the hotel reservation.'))
  const [few, all] = shown(model)
  expect(few).toHaveLength(5)
  expect(few!.slice(0, 2)).toEqual(['find_tool', ...always])
  expect(all).toEqual(tools.map(({ name }) => name))
})

test('another embedder has an index of its own, and the one before goes', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  for (const embed of ['fake/one', 'fake/three']) {
    const model = createModel()
    await using rt = await open(data, model, { embed })
    await collect(rt.stream('Please cancel the hotel reservation.'))
    expect(shown(model)[0]).toContain('travel_delete_hotel_booking')
  }
  const { createSqliteStore } = await import('@rt/vector')
  await using store = await createSqliteStore({ path: join(data, 'rt.db') })
  const own = (await store.list()).filter(({ name }) => name.startsWith('rt:tools:'))
  expect(own).toMatchObject([{ count: 200, stamp: { dimensions: 80 } }])
})
