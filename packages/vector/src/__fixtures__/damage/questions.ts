import type { CollectionStamp, VectorCollection, VectorStore } from '@rt/core'
import { createRandom, randomVector } from '../random.ts'

const DIMENSIONS = 16
const COUNT = 600
export const stamp: CollectionStamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'damage/16' }

const words = 'coat train lunch office garden window river letter'.split(' ')

/** What is stored before the damage: two and a half blocks, with gaps. */
export const fill = async (store: VectorStore): Promise<void> => {
  const random = createRandom(3)
  const collection = await store.collection('damaged', stamp)
  await collection.upsert(
    Array.from({ length: COUNT }, (_, i) => ({
      id: `r${i}`,
      vector: randomVector(random, DIMENSIONS),
      text: `${words[i % 8]} ${words[(i * 3) % 7]} ${i}`,
      metadata: { tenth: i % 10 },
    })),
  )
  await collection.delete(Array.from({ length: 20 }, (_, i) => `r${i * 29}`))
}

/** What a program asks about vectors. Each answers with what can be compared. */
export const questions: Record<string, (collection: VectorCollection) => Promise<unknown>> = {
  async 'the nearest, exactly'(collection) {
    const random = createRandom(4)
    const answers: unknown[] = []
    // All of them: so is every vector of the file.
    for (let i = 0; i < 2; i++)
      answers.push(
        (await collection.search({ vector: randomVector(random, DIMENSIONS), k: COUNT, exact: true })).map((hit) => [
          hit.id,
          hit.cosine?.toFixed(5),
        ]),
      )
    return answers
  },
  async 'the nearest of a filter'(collection) {
    const vector = randomVector(createRandom(5), DIMENSIONS)
    return (await collection.search({ vector, k: 30, filter: { tenth: 3 } })).map((hit) => [
      hit.id,
      hit.cosine?.toFixed(5),
    ])
  },
  async vectors(collection) {
    const ids = Array.from({ length: COUNT }, (_, i) => `r${i}`)
    return (await collection.get(ids)).map(({ id, vector }) => [id, vector && Array.from(vector)])
  },
}
