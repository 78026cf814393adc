import type { CollectionOperations, EmbeddingModel, StorePlace, VectorStore } from '@rt/core'
import { createDocuments, type Documents, embeddableOf } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'
import type { VectorSettings } from '../config/settings.ts'
import { defined } from '../defined.ts'
import type { Models } from '../models/create-models.ts'
import { type Once, once } from '../once.ts'
import { createCollections } from './create-collections.ts'
import { createDefaultOptions } from './default-options.ts'
import { createFormerEmbedders } from './former-embedders.ts'
import { createHeldStore, type HeldStore } from './held-store.ts'
import { createKeepLocal } from './keep-local.ts'
import { createMigrate } from './migrate.ts'
import { createMigratingStore, type MigratingStore } from './migrating-store.ts'
import { createMove } from './move.ts'
import { openStore } from './open-store.ts'
import { createPickReranker, type PickReranker } from './pick-reranker.ts'
import { isElsewhere } from './place.ts'

/** How long the migration of a collection lets answers go first before it embeds some texts all the same. */
const MIGRATION_WAITS_MS = 2000

/** The store of the settings, and what is kept in it. */
export interface Vectors {
  readonly kind: StorePlace['store']
  /** It is on another machine. */
  readonly elsewhere: boolean
  readonly store: Once<MigratingStore>
  /** What rt itself keeps, on this machine in any case. */
  readonly own: Once<VectorStore>
  documents(): Promise<Documents>
  readonly collections: CollectionOperations
  readonly reranker: PickReranker
}

export interface VectorsParts {
  /** The data folder. */
  data: string
  settings: VectorSettings
  database(): Promise<Database>
  models: Pick<Models, 'embedder' | 'reranker'>
  /** That of today. */
  embedder(): Promise<EmbeddingModel | undefined>
  /** When nobody is being answered, or after so many milliseconds. */
  idle(mostMs: number): Promise<void>
  readOnly: boolean
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

export const createVectors = (parts: VectorsParts): Vectors => {
  const { data, settings, database, models, embedder, idle, readOnly, signal } = parts
  const { store: kind = 'sqlite', url, apiKey } = settings
  const place: StorePlace = { store: kind, ...defined({ url, apiKey }) }
  const open = async (where: StorePlace): Promise<VectorStore> => {
    const store = await openStore(where, { data, database })
    return isElsewhere(where) ? createKeepLocal(store) : store
  }
  const held = once(async (): Promise<HeldStore> => createHeldStore(createDefaultOptions(await open(place), settings)))
  const own = kind === 'sqlite' ? held : once(async () => openStore({ store: 'sqlite' }, { data, database }))
  const former = createFormerEmbedders({ database, embedder: async (name) => models.embedder(name) })
  const store = once(async (): Promise<MigratingStore> =>
    createMigratingStore({
      store: await held(),
      embedder,
      former: former.find,
      nameOf: former.nameOf,
      note: async (fingerprint) => former.note(fingerprint, await embedder()),
      textOf: embeddableOf,
      idle: async () => idle(MIGRATION_WAITS_MS),
      readOnly,
      signal,
    }),
  )
  const documents = once(async () => createDocuments({ database: await database(), store }))
  const reranker = createPickReranker(models)
  return {
    kind,
    elsewhere: isElsewhere(place),
    store,
    own,
    documents,
    reranker,
    collections: createCollections({
      vectors: store,
      drop: async (name, options) => (await documents()).dropCollection(name, options),
      move: createMove({ vectors: held, place, open }),
      migrate: createMigrate(store),
      reranker,
    }),
  }
}
