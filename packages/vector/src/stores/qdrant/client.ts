import { type CallOptions, RtError } from '@rt/core'
import { noCollection } from '../../driver-kit/check-collection.ts'
import type { Api, Connection } from './connection.ts'
import { type Catalog, readCatalog } from './catalog.ts'
import { type StoredCollection, readCollection } from './stored-collection.ts'

/** Durable on the server when it answers; through one leader, so that replicas take writes in one order. */
export const WRITE = { wait: true, ordering: 'medium' } as const

export const fetchCatalog = async (connection: Connection, options: CallOptions = {}): Promise<Catalog> => {
  const [{ collections }, { aliases }] = await Promise.all([
    connection.call((api, init) => api.getCollections({}, init), options),
    connection.call((api, init) => api.getCollectionsAliases({}, init), options),
  ])
  return readCatalog(
    collections.map(({ name }) => name),
    aliases,
  )
}

/** Undefined when it is gone, or not one of ours. */
export const fetchCollection = async (
  connection: Connection,
  physical: string,
  name: string,
  options: CallOptions = {},
): Promise<StoredCollection | undefined> => {
  const info = await connection
    .call((api, init) => api.getCollection({ collection_name: physical }, init), options)
    .catch((error: unknown) => {
      if (RtError.isInstance(error) && error.code === 'not_found') return undefined
      throw error
    })
  return info && readCollection(physical, name, info)
}

/** Calls about one collection. */
export interface CollectionCalls {
  readonly physical: string
  readonly name: string
  /** @throws RtError `not_found` naming the collection when it is gone. */
  call<T>(work: (api: Api, init: RequestInit) => Promise<{ data: { result?: T } }>, options?: CallOptions): Promise<T>
}

export const callsOf = (connection: Connection, { physical, name }: StoredCollection): CollectionCalls => ({
  physical,
  name,
  call: (work, options) =>
    connection.call(work, options).catch((error: unknown) => {
      throw RtError.isInstance(error) && error.code === 'not_found' ? noCollection(name) : error
    }),
})
