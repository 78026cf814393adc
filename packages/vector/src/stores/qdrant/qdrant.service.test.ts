import type { VectorStore } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vectorStoreConformance } from '../../conformance/index.ts'
import { findStandIn, type RunningQdrant, startStandIn, type StandIn } from './__fixtures__/start-qdrant.ts'
import { createQdrantStore, type QdrantStoreOptions } from './index.ts'

/** Deletes all collections that rt made there. */
const emptyStore = async (options: QdrantStoreOptions): Promise<VectorStore> => {
  const store = await createQdrantStore(options)
  for (const { name } of await store.list()) await store.drop(name)
  return store
}

const NAMES: Record<StandIn, string> = {
  local: "qdrant: local mode of Qdrant's Python client",
  edge: "qdrant: Qdrant's engine in process",
}

for (const which of ['local', 'edge'] as const) {
  const packages = findStandIn(which)
  if (packages === undefined) {
    it.skip(`${NAMES[which]} is not in .cache (no Python, no network, or no build for this machine)`, () => {})
    continue
  }
  let running: RunningQdrant | undefined
  beforeAll(async () => void (running = await startStandIn(which, packages)))
  afterAll(async () => running?.[Symbol.asyncDispose]())
  vectorStoreConformance(
    { name: NAMES[which], create: ({ clock }) => emptyStore({ url: running!.url, clock }) },
    { describe, it, expect },
  )
}

const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env
if (url !== undefined) {
  const server: QdrantStoreOptions = { url, ...(apiKey !== undefined && { apiKey }) }
  beforeAll(async () => {
    await using store = await createQdrantStore(server)
    const names = (await store.list()).map(({ name }) => name)
    if (names.length) throw new TypeError(`these tests delete collections, and ${url} has ${names.join(', ')}`)
  })
  vectorStoreConformance(
    { name: 'qdrant at QDRANT_URL', create: ({ clock }) => emptyStore({ ...server, clock }) },
    { describe, it, expect },
  )
}
