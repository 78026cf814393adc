import type { VectorStore } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { findLocalQdrant, type LocalQdrant, startLocalQdrant } from './__fixtures__/start-local-qdrant.ts'
import { createQdrantStore, type QdrantStoreOptions } from './index.ts'

const folder = findLocalQdrant()
let local: LocalQdrant | undefined
beforeAll(async () => void (local = folder === undefined ? undefined : await startLocalQdrant(folder)))
afterAll(async () => local?.[Symbol.asyncDispose]())

/** Empties what answers there: all collections that rt made. */
const emptyStore = async (options: QdrantStoreOptions): Promise<VectorStore> => {
  const store = await createQdrantStore(options)
  for (const { name } of await store.list()) await store.drop(name)
  return store
}

if (folder === undefined)
  it.skip('the Qdrant store: qdrant-client is not in .cache (no Python, or no network)', () => {})
else
  vectorStoreConformance(
    {
      name: "qdrant, local mode of Qdrant's Python client",
      create: ({ clock }) => emptyStore({ url: local!.url, clock }),
    },
    { describe, it, expect },
  )

const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env
if (url !== undefined)
  vectorStoreConformance(
    {
      name: 'qdrant at QDRANT_URL',
      create: ({ clock }) => emptyStore({ url, clock, ...(apiKey !== undefined && { apiKey }) }),
    },
    { describe, it, expect },
  )
