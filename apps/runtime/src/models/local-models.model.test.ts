import { expect, test } from 'vitest'
import { createLocalModels } from './local-models.ts'

test('the adapter of a Modelfile reaches the engine', async () => {
  await using models = createLocalModels({
    settings: { contextTokens: 512, download: false, engine: {} },
    threads: 1,
    signal: new AbortController().signal,
  })
  const found = await models.fetch('smollm2:135m', 'chat')
  const entry = { ...found.entry, name: 'adapted', preset: { adapters: [{ path: found.files.model, scale: 1 }] } }
  await expect(models.chat({ ...found, entry })).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining('no adapter'),
  })
})

test('a GGUF embedder of the catalog gives vectors', async () => {
  await using models = createLocalModels({
    settings: { contextTokens: 512, download: false, engine: {} },
    threads: 1,
    signal: new AbortController().signal,
  })
  const { entry, files, stamps } = await models.fetch('smollm2:135m', 'chat')
  const embedder = await models.embedder({
    entry: { ...entry, name: 'tiny-embed', kind: 'embed', pooling: 'mean', dimensions: 576 },
    files,
    stamps,
  })
  const { vectors } = await embedder.embed(['one', 'two'])
  expect(vectors.map((vector) => vector.length)).toEqual([576, 576])
  expect(embedder).toMatchObject({ id: 'tiny-embed', local: true, maxTokens: 2048 })
  expect(await models.loaded()).toMatchObject([{ id: 'tiny-embed', kind: 'embed', engine: 'gguf' }])
  expect(await models.unload(['tiny-embed'])).toBe(true)
})
