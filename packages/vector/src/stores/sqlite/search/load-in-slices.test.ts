import { expect, it } from 'vitest'
import { temporaryFile } from '../../../__fixtures__/open-temporary.ts'
import { createRandom, randomVector } from '../../../__fixtures__/random.ts'
import { createSqliteStore } from '../../../index.ts'

const DIMENSIONS = 8
const stamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'random/8' } as const
/** More blocks than are taken over inside of a search. */
const COUNT = 256 * 20

it('loads what is too much for one search first, and every search that waits for it is answered', async () => {
  using file = temporaryFile()
  const random = createRandom(5)
  await using store = await createSqliteStore({ path: file.path })
  const collection = await store.collection('many', stamp)
  const vectors = Array.from({ length: COUNT }, () => randomVector(random, DIMENSIONS))
  await collection.upsert(vectors.map((vector, i) => ({ id: String(i), vector })))
  const asked = [0, 255, 256, 4321, COUNT - 1]
  const answers = await Promise.all(asked.map((i) => collection.search({ vector: vectors[i]!, k: 1 })))
  expect(answers.map(([hit]) => hit?.id)).toEqual(asked.map(String))
})
