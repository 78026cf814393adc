import {
  type CollectionOperations,
  deserializeError,
  type MigrateProgress,
  type MigrateReport,
  type MoveProgress,
  type MoveReport,
  type RecordJson,
  recordFromJson,
  recordToJson,
  type ScrollPage,
  type StorePlace,
  type VectorRecord,
  vectorToBase64,
} from '@rt/core'
import type { RecordLine } from '../wires/native/record-lines.ts'
import { follow } from './follow.ts'
import { absolute } from './ingest.ts'
import type { Link } from './link.ts'
import { segment } from './segment.ts'
import { cutOff } from './wire-errors.ts'

/** Collections of the other process. All wait as long as it takes: a store may be elsewhere, or large. */
export const collections = (link: Link): CollectionOperations => {
  const path = (name: string, what = ''): string => `/rt/collections/${segment(name)}${what && `/${what}`}`
  const ask = <T>(
    method: 'GET' | 'POST' | 'DELETE',
    to: string,
    signal?: AbortSignal,
    body?: object | string,
  ): Promise<T> => link.call<T>({ method, path: to, signal, patient: true, ...(body !== undefined && { body }) })
  const post = <T>(to: string, body: object | string, signal?: AbortSignal): Promise<T> => ask('POST', to, signal, body)

  return {
    list: () => ask('GET', '/rt/collections'),
    describe: async (name, { signal } = {}) => ask('GET', path(name), signal),
    create: async (name, { stamp, options, signal } = {}) => post('/rt/collections', { name, stamp, options }, signal),
    drop: async (name, { signal } = {}) => (await ask<{ deleted: boolean }>('DELETE', path(name), signal)).deleted,
    alias: async (changes, { signal } = {}) => void (await post('/rt/aliases', { changes }, signal)),
    async upsert(name, records, { signal } = {}) {
      let count = 0
      // The next ones are asked for when these are stored.
      for await (const body of bodiesOf(records))
        count += (await post<{ upserted: number }>(path(name, 'records'), body, signal)).upserted
      return count
    },
    get: async (name, ids, { signal } = {}) =>
      (await post<{ records: RecordJson[] }>(path(name, 'get'), { ids }, signal)).records.map(fromJson),
    update: async (name, changes, { signal } = {}) =>
      (await post<{ updated: number }>(path(name, 'update'), { changes }, signal)).updated,
    delete: async (name, which, { signal } = {}) => {
      const body = Array.isArray(which) ? { ids: which } : { filter: which.filter }
      return (await post<{ deleted: number }>(path(name, 'delete'), body, signal)).deleted
    },
    count: async (name, { filter, signal } = {}) =>
      (await post<{ count: number }>(path(name, 'count'), { filter }, signal)).count,
    async scroll(name, { filter, limit, after, vectors, signal } = {}) {
      const body = { filter, limit, after, vectors }
      const page = await post<{ records: RecordJson[]; next?: string }>(path(name, 'scroll'), body, signal)
      const { next } = page
      return { records: page.records.map(fromJson), ...(next !== undefined && { next }) } satisfies ScrollPage
    },
    async *records(name, { filter, vectors, signal } = {}) {
      const request = { method: 'POST', path: path(name, 'export'), body: { filter, vectors }, signal } as const
      for await (const line of link.lines<RecordLine>(request)) {
        if (line.type === 'end') return
        if (line.type === 'error') throw deserializeError(line.error)
        yield fromJson(line.record)
      }
      throw cutOff(link.address)
    },
    search: async (name, { vector, ...query }, { signal } = {}) =>
      post(path(name, 'search'), { ...query, ...(vector && { vector: vectorToBase64(vector) }) }, signal),
    move: async (name, { to, from, keep, resume, onProgress, signal }) => {
      const body = { keep, resume, ...(to && { to: reached(to) }), ...(from && { from: reached(from) }) }
      const request = { method: 'POST', path: path(name, 'move'), body, signal } as const
      return follow<MoveProgress, MoveReport>(link, request, onProgress)
    },
    migrate: async (name, { force, onProgress, signal } = {}) => {
      const request = { method: 'POST', path: path(name, 'migrate'), body: { force }, signal } as const
      return follow<MigrateProgress, MigrateReport>(link, request, onProgress)
    },
  }
}

// ---

/** A server reads no body above 8 MiB, and a character may take three bytes. */
const BODY_CHARACTERS = 2_500_000

/** Bodies of requests, each as large as may be; one that has to be larger is the server's to refuse. */
async function* bodiesOf(
  records: VectorRecord[] | Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
): AsyncGenerator<string> {
  let parts: string[] = []
  let size = 0
  const body = (): string => `{"records":[${parts.join(',')}]}`
  for await (const record of records) {
    const part = JSON.stringify(recordToJson(record))
    if (parts.length && size + part.length > BODY_CHARACTERS) {
      yield body()
      parts = []
      size = 0
    }
    parts.push(part)
    size += part.length + 1
  }
  if (parts.length) yield body()
}

const fromJson = (record: RecordJson): VectorRecord => recordFromJson(record, 'record')

/** A folder or file is meant from here. */
const reached = (place: StorePlace): StorePlace => {
  const { store, url } = place
  const isPath =
    url !== undefined && (store === 'sqlite' || store === 'lancedb') && !/^[a-z][a-z0-9+.-]*:\/\//i.test(url)
  return isPath ? { ...place, url: absolute(url) } : place
}
