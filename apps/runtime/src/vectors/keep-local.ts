import { type MetadataUpdate, RtError, type VectorCollection, type VectorRecord, type VectorStore } from '@rt/core'

/** What a record's metadata say of it when it must not leave this machine. */
export const LOCAL_ONLY = { label: 'local-only' } as const

/** A store on another machine takes nothing that is labelled `local-only`, whoever writes it. */
export const createKeepLocal = (store: VectorStore): VectorStore => ({
  ...store,
  async collection(...given) {
    const collection = await store.collection(...given)
    return {
      ...collection,
      upsert: async (records, options) => collection.upsert(checked(records, store), options),
      async update(changes, options) {
        for (const { id, set } of changes) checkMetadata(id, set, store)
        return collection.update(changes, options)
      },
    } satisfies VectorCollection
  },
})

type Records = Parameters<VectorCollection['upsert']>[0]

const checked = (records: Records, store: VectorStore): Records => {
  if (!Array.isArray(records)) return eachChecked(records, store)
  for (const { id, metadata } of records) checkMetadata(id, metadata, store)
  return records
}

async function* eachChecked(
  records: Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
  store: VectorStore,
): AsyncGenerator<VectorRecord> {
  for await (const record of records) {
    checkMetadata(record.id, record.metadata, store)
    yield record
  }
}

const checkMetadata = (id: string, metadata: MetadataUpdate['set'], store: VectorStore): void => {
  if (metadata?.['label'] === LOCAL_ONLY.label)
    throw storeElsewhere(`record ${JSON.stringify(id)} is local-only`, store.kind)
}

export const storeElsewhere = (what: string, kind: string): RtError =>
  new RtError({
    code: 'local_only',
    message: `${what}, and the vector store (${kind}) is not on this machine; nothing was sent to it.`,
    hint: 'Keep such documents in a store of this machine: [vector] store = "sqlite".',
    data: { store: kind },
  })
