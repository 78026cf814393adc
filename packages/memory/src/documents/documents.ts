import {
  LOCAL,
  systemClock,
  throwIfAborted,
  type CallOptions,
  type Clock,
  type DocumentInfo,
  type Principal,
  type VectorCollection,
  type VectorStore,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { openDocumentTable, type DocumentRow } from '../ingest/document-table.ts'
import { exclusive } from '../ingest/exclusive.ts'
import { deleteLoose } from '../ingest/write-documents.ts'
import { listDocuments } from './list-documents.ts'

export interface DocumentsSetup {
  /** The one ingest was given; may be read-only for `list`. */
  database: Database
  /** Where the chunks are. Asked for by `forget` and `dropCollection` only. */
  store: () => Promise<VectorStore>
  /** Whose documents they are. Default `local`. */
  principal?: Principal
  /** Default: the system's. */
  clock?: Clock
}

/** What was ingested. Chunks and rows always go together, also when the process dies in between. */
export interface Documents {
  /** By collection and source. Without a collection: of all. */
  list(options?: CallOptions & { collection?: string }): Promise<DocumentInfo[]>
  /**
   * Deletes a document and its chunks; the file stays, and the next ingest of its folder brings it back. Waits for a
   * running ingest of that collection. False when there is none of that source.
   */
  forget(source: string, collection: string, options?: CallOptions): Promise<boolean>
  /** Deletes a collection with the documents of all principals. False when there is none. */
  dropCollection(name: string, options?: CallOptions): Promise<boolean>
}

export const createDocuments = ({
  database,
  store,
  principal = LOCAL,
  clock = systemClock,
}: DocumentsSetup): Documents => ({
  async list({ collection, signal } = {}) {
    throwIfAborted(signal)
    return listDocuments(database, { principal, collection })
  },

  forget: (source, collection, options = {}) =>
    exclusive(
      database,
      collection,
      async () => {
        throwIfAborted(options.signal)
        const table = await openDocumentTable(database, { collection, principal, now: clock.now })
        const row = (await table.all()).get(source.normalize('NFC'))
        if (!row) return false
        // From here on it counts as never finished: whoever comes next, this or an ingest, deletes the rest.
        const loose: DocumentRow = { ...row, sha256: '', chunks: [], loose: [...row.chunks, ...row.loose] }
        await table.put([loose])
        const chunks = await existing(await store(), collection)
        if (chunks) await deleteLoose([loose], { table, collection: chunks }, options)
        await table.remove([row.source])
        return true
      },
      options.signal,
    ),

  dropCollection: (name, options = {}) =>
    exclusive(
      database,
      name,
      async () => {
        throwIfAborted(options.signal)
        const table = await openDocumentTable(database, { collection: name, principal, now: clock.now })
        // First: rows that outlived their chunks would pass as unchanged once the collection is filled anew.
        await table.loosenAll()
        const dropped = await (await store()).drop(name)
        return (await table.clear()) || dropped
      },
      options.signal,
    ),
})

/** Opening would make it. */
const existing = async (store: VectorStore, name: string): Promise<VectorCollection | undefined> =>
  (await store.list()).some((info) => info.name === name) ? store.collection(name) : undefined
