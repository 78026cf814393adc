import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { VectorStore } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { fakeStore } from './__fixtures__/fake-store.ts'
import { createMemoryCollection } from './__fixtures__/memory-collection.ts'
import { makeFolder, openTemporary } from './__fixtures__/open-temporary.ts'
import { ask } from './__fixtures__/readme-example.ts'

it('runs the example of the README', async () => {
  const folder = join(await makeFolder(), 'handbook')
  await mkdir(folder)
  await writeFile(join(folder, 'travel.md'), '# Travel\n\n## Meals\n\nUp to 400 NOK a day.\n')
  const collection = createMemoryCollection('docs')
  const store: VectorStore = { ...fakeStore, collection: async () => collection }
  const model = createScriptedModel({
    answers: ({ messages }) =>
      JSON.stringify(messages).includes('Up to 400 NOK') ? 'You may spend 400 NOK.' : 'No idea.',
  })
  const given = { database: await openTemporary(), store, embedder: createFakeEmbedder(), model }
  const [citation] = await ask('What may I spend on meals?', folder, given)
  expect(citation).toMatchObject({ source: 'handbook/travel.md', start: 20, end: 40, quote: 'Up to 400 NOK a day.' })

  await ask('And on trains?', folder, given)
  expect(model.requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
})
