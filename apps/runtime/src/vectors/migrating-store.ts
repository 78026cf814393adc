import {
  type CollectionInfo,
  type CollectionStamp,
  type EmbeddingModel,
  RtError,
  type VectorCollection,
  type VectorRecord,
  type VectorStore,
} from '@rt/core'
import { migrateEmbedder, type Migration, type MigrationProgress, nextName } from '@rt/vector'
import { OWN_COLLECTIONS } from './own-collections.ts'

export interface MigratingParts {
  store: VectorStore
  /** The embedder of today. */
  embedder(): Promise<EmbeddingModel | undefined>
  /** The one with this fingerprint, when it can still be had. */
  former(fingerprint: string): Promise<EmbeddingModel | undefined>
  /** Of the embedder of this runtime that made vectors of this fingerprint: nobody else's are replaced unasked. */
  nameOf(fingerprint: string): Promise<string | undefined>
  /** What of a record is embedded. */
  textOf(record: VectorRecord): string | undefined
  /** Vectors of this fingerprint are kept: their embedder may be asked for later, as the former one. */
  note(fingerprint: string): Promise<void>
  /** When nobody is being answered. */
  idle(): Promise<void>
  readOnly: boolean
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

interface How {
  force?: boolean | undefined
  /** Told until it ends, also of one that was under way. */
  onProgress?: ((progress: MigrationProgress) => void) | undefined
}

/** A store whose collections change their embedder while they are used. */
export interface MigratingStore extends VectorStore {
  /**
   * Begins the migration of a collection to the embedder of today, goes on with it, or joins the one under way.
   *
   * @throws RtError `model_not_found` without an embedder; what `migrateEmbedder` throws.
   */
  migrate(name: string, options?: How): Promise<{ migration: Migration; embedder: string }>
}

/**
 * Opens a collection that was made with another embedder as one that is being migrated to the embedder of this machine.
 * An embedder elsewhere costs money and reads every text: it is waited for until somebody says so.
 */
export const createMigratingStore = (parts: MigratingParts): MigratingStore => {
  const { store, signal } = parts
  const running = new Map<string, Running>()

  const open = async (
    name: string,
    to: EmbeddingModel,
    { controller, listeners, force }: Pick<Running, 'controller' | 'listeners'> & How,
  ): Promise<Migration> => {
    const info = (await store.list()).find((other) => other.name === name)
    return migrateEmbedder({
      store,
      name,
      from: info?.stamp && (await parts.former(info.stamp.fingerprint)),
      to,
      textOf: (record) => (record.metadata?.['label'] === 'local-only' && !to.local ? undefined : parts.textOf(record)),
      idle: parts.idle,
      force,
      onProgress: (progress) => listeners.forEach((tell) => tell(progress)),
      signal: AbortSignal.any([signal, controller.signal]),
    })
  }

  const begin = async (name: string, to: EmbeddingModel, { force, onProgress }: How = {}): Promise<Migration> => {
    if (force) await stop(name)
    let found = running.get(name)
    if (!found) {
      const listeners: Running['listeners'] = new Set()
      const controller = new AbortController()
      const migration = open(name, to, { controller, listeners, force })
      found = { migration, controller, listeners }
      running.set(name, found)
      // One that failed is begun anew by whoever opens the collection next; one that is behind keeps both.
      migration
        .then(({ done }) => done)
        .then(
          ({ switched }) => switched && running.delete(name),
          () => running.delete(name),
        )
    }
    if (onProgress) found.listeners.add(onProgress)
    return found.migration
  }

  const stop = async (name: string): Promise<void> => {
    const found = running.get(name)
    if (!found) return
    found.controller.abort()
    await found.migration.then(({ done }) => done).catch(() => {})
    running.delete(name)
  }

  return {
    ...store,
    async collection(name, stamp, options) {
      const known = running.get(name)
      if (known) return (await known.migration).collection
      try {
        const collection = await store.collection(name, stamp, options)
        if (stamp && !parts.readOnly) await parts.note(stamp.fingerprint)
        return collection
      } catch (error) {
        const stored = stamp && otherEmbedder(error, stamp)
        if (!stored) throw error
        const to = await parts.embedder()
        if (to?.fingerprint !== stamp.fingerprint) throw error
        if ((await parts.nameOf(stored)) === undefined) throw notOurs(name, to, stored, error)
        if (!to.local) throw notAlone(name, to, error)
        if (parts.readOnly) return searchedAsBefore(await store.collection(name), await parts.former(stored), error)
        return (await begin(name, to)).collection
      }
    },
    async list() {
      const infos = (await store.list()).filter(({ name }) => !name.startsWith(OWN_COLLECTIONS))
      const byName = new Map(infos.map((info) => [info.name, info]))
      const shadows = new Set(infos.map(({ name }) => nextName(name)))
      return Promise.all(
        infos
          .filter(({ name }) => !shadows.has(name))
          .map(async (found): Promise<CollectionInfo> => {
            const embedder = found.stamp && (await parts.nameOf(found.stamp.fingerprint))
            const info = embedder === undefined ? found : { ...found, embedder }
            const migration = await running.get(info.name)?.migration.catch(() => undefined)
            if (migration) return { ...info, ...(await migration.collection.describe()), stamp: info.stamp! }
            const next = byName.get(nextName(info.name))
            return next ? { ...info, migrating: { done: next.count, total: info.count } } : info
          }),
      )
    },
    async drop(name) {
      await stop(name)
      const dropped = await store.drop(name)
      if (dropped) await store.drop(nextName(name))
      return dropped
    },
    async migrate(name, options) {
      const to = await parts.embedder()
      if (!to)
        throw new RtError({
          code: 'model_not_found',
          message: 'there is no embedder to migrate to.',
          hint: 'Name one with --embed, or under [models] embed in config.toml.',
        })
      return { migration: await begin(name, to, options), embedder: to.id }
    },
  }
}

interface Running {
  listeners: Set<(progress: MigrationProgress) => void>
  migration: Promise<Migration>
  controller: AbortController
}

/** The fingerprint of the vectors that are there, when that is all that is wrong. */
const otherEmbedder = (error: unknown, stamp: CollectionStamp): string | undefined => {
  if (!RtError.isInstance(error) || error.code !== 'stamp_mismatch') return undefined
  const stored = error.data?.['stored'] as Partial<CollectionStamp> | undefined
  if (stored?.metric !== stamp.metric || stored.fingerprint === stamp.fingerprint) return undefined
  return stored.fingerprint
}

/** Who may only read cannot migrate: the old vectors are asked by their own embedder, and without it words are. */
const searchedAsBefore = (
  collection: VectorCollection,
  from: EmbeddingModel | undefined,
  mismatch: unknown,
): VectorCollection => ({
  ...collection,
  async search({ vector, ...query }, options) {
    if (!vector || query.mode === 'keyword') return collection.search(query, options)
    if (!from || query.text === undefined) {
      if (query.text === undefined || query.mode === 'dense') throw mismatch
      return collection.search({ ...query, mode: 'keyword' }, options)
    }
    const { vectors } = await from.embed([query.text], { kind: 'query', signal: options?.signal })
    return collection.search({ ...query, vector: vectors[0]! }, options)
  },
})

const notOurs = (name: string, { id }: EmbeddingModel, stored: string, cause: unknown): RtError =>
  new RtError({
    code: 'stamp_mismatch',
    message: `collection "${name}" has vectors of "${stored}", which no embedder of this data folder made; texts are embedded by ${id} here.`,
    hint: `Search it with vectors of its own, or take the embedder it was made with. rt collections migrate ${name} replaces its vectors by those of ${id}; records without a text lose theirs.`,
    data: { collection: name, stored, asked: id },
    cause,
  })

const notAlone = (name: string, { id }: EmbeddingModel, cause: unknown): RtError =>
  new RtError({
    code: 'stamp_mismatch',
    message: `collection "${name}" was made with another embedder than ${id}, which is not on this machine.`,
    hint: `rt collections migrate ${name} embeds it anew: every text is sent there and paid for. Or use the embedder it was made with.`,
    cause,
  })
