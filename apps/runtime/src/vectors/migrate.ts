import { abortable, type CollectionOperations, throwIfAborted } from '@rt/core'
import { findCollection } from './find-collection.ts'
import type { MigratingStore } from './migrating-store.ts'

/** Migrates collections to the embedder of the settings. Whoever stops waiting does not stop it. */
export const createMigrate =
  (vectors: () => Promise<MigratingStore>): CollectionOperations['migrate'] =>
  async (name, { force, signal, onProgress } = {}) => {
    throwIfAborted(signal)
    const started = performance.now()
    const store = await vectors()
    const { name: meant } = await findCollection(store, name)
    const { migration, embedder } = await abortable(store.migrate(meant, { force, onProgress }), signal)
    const { total, switched, parity } = await abortable(migration.done, signal)
    const { before, after, samples } = parity
    return {
      name: meant,
      records: total,
      embedder,
      switched,
      parity: { ...(before !== undefined && { before }), after, samples },
      ms: performance.now() - started,
    }
  }
