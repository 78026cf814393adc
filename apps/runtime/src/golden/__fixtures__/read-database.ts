import { LOCAL, type Message, type VectorCollection } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { createTraceReader } from '@rt/observe/sqlite'
import type { Parts } from './open-parts.ts'

/** What a person would miss: conversations, knowledge, traces, costs, keys. Plain data, kept beside each golden. */
export interface Reading {
  threads: { id: string; messages: Message[] }[]
  collections: { name: string; count: number; keyword: string[]; dense: string[] }[]
  documents: number
  traces: { name: string; spans: number; status: string; input: number }[]
  costs: { model: string; calls: number; usd: number | null }[]
  keys: { name: string; scope: string }[]
}

export const readDatabase = async (database: Database, parts: Parts): Promise<Reading> => {
  const { threads, vectors, keys } = parts
  const traces = createTraceReader({ database })
  const [summaries, costs] = await Promise.all([traces.list(), traces.cost({ days: 100_000 })])
  return plain({
    threads: await Promise.all(
      (await threads.list(LOCAL)).map(async ({ id }) => ({ id, messages: await threads.messages(LOCAL, id) })),
    ),
    collections: await Promise.all(
      (await vectors.list()).map(async ({ name, count }) => ({
        name,
        count,
        ...(await search(await vectors.collection(name), parts)),
      })),
    ),
    documents: (await database.get<{ n: number }>('SELECT count(*) AS n FROM memory_documents'))!.n,
    traces: await Promise.all(
      summaries.map(async ({ traceId, name, status, usage }) => {
        const rows = await database.all('SELECT 1 FROM spans WHERE trace_id = ?', [traceId])
        return { name, spans: rows.length, status, input: usage.input }
      }),
    ),
    costs: costs.map(({ model, calls, usd }) => ({ model, calls, usd })),
    keys: (await keys.list()).map(({ name, scope }) => ({ name, scope })),
  })
}

const search = async (
  collection: VectorCollection,
  { embedder }: Parts,
): Promise<{ keyword: string[]; dense: string[] }> => {
  const { vectors } = await embedder.embed(['winter coat in Oslo'], { kind: 'query' })
  const [keyword, dense] = await Promise.all([
    collection.search({ text: 'coats meals', k: 1 }),
    collection.search({ vector: vectors[0]!, k: 1 }),
  ])
  return { keyword: keyword.map(({ id }) => id), dense: dense.map(({ id }) => id) }
}

/** As it comes back from a file. */
const plain = (reading: Reading): Reading => JSON.parse(JSON.stringify(reading)) as Reading
