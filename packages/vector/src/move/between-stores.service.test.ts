import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findStandIn, type RunningQdrant, startStandIn } from '../stores/qdrant/__fixtures__/start-qdrant.ts'
import { createQdrantStore } from '../stores/qdrant/index.ts'
import { thereAndBack } from './__fixtures__/there-and-back.ts'

const packages = findStandIn('local')

describe.skipIf(packages === undefined)(
  "every kind of record goes to the local mode of Qdrant's client and back",
  () => {
    let running: RunningQdrant
    beforeAll(async () => void (running = await startStandIn('local', packages!)))
    afterAll(() => running[Symbol.asyncDispose]())

    it.each(['cosine', 'l2', 'dot'] as const)('%s', async (metric) => {
      await using qdrant = await createQdrantStore({ url: running.url })
      await expect(thereAndBack(qdrant, metric)).resolves.toBeUndefined()
    })
  },
)
