import { type Migrating, RtError, throwIfAborted, type VectorCollection, type VectorStore } from '@rt/core'
import { copyRecords } from './copy-records.ts'
import { measureParity } from './measure-parity.ts'
import { createMigratingCollection } from './migrating-collection.ts'
import { createSerial } from '../driver-kit/serial.ts'
import type { Migration, MigrationOptions, MigrationProgress, MigrationReport } from './types.ts'

/**
 * Gives a collection the vectors of another embedder while it is read and written: its texts are embedded anew into a
 * second collection (`<name>~next`), searches ask both, and when both hold the same and the new vectors find sampled
 * records as well as the old ones, the second takes the place of the first at once. Stopped at any point, by
 * `kill -9` too, the next call goes on where this one was.
 *
 * @throws RtError `unsupported` for a store that cannot rename a collection over another; `invalid_request` when there is
 * nothing to migrate; `stamp_mismatch` when `from` is not the embedder the collection was made with.
 */
export const migrateEmbedder = async (options: MigrationOptions): Promise<Migration> => {
  const {
    store,
    name,
    from,
    to,
    idle = async () => {},
    onProgress = () => {},
    textOf = ({ text }) => text,
    force = false,
    signal,
  } = options
  throwIfAborted(signal)
  const { old, next, stamp } = await open(options)
  const serial = createSerial()
  let switched: VectorCollection | undefined
  let behind: Migrating['behind']
  let progress: MigrationProgress = { done: 0, total: await old.count() }

  const copy = async (): Promise<number> =>
    copyRecords({
      old,
      next,
      embedder: to,
      textOf,
      serial,
      idle,
      signal,
      onProgress: (now) => {
        progress = now
        onProgress(now)
      },
    })

  /** Each pass finds less: what was written during the one before. */
  const copyAll = async (): Promise<void> => {
    while ((await copy()) > 0) throwIfAborted(signal)
  }

  const work = async (): Promise<MigrationReport> => {
    await copyAll()
    const parity = await measureParity({ old, next, from, to, textOf, signal })
    if (!parity.reached && !force) {
      behind = { before: parity.before!, after: parity.after }
      return { ...progress, parity, switched: false }
    }
    for (;;) {
      // What came since, from other programs too, which know nothing of the second collection.
      await copyAll()
      const done = await serial(async () => {
        // Through `collection` nobody writes now, so counting is enough; a write in between leaves it to one more pass.
        if ((await old.count()) !== (await next.count())) return false
        await store.rename(nextName(name), name, { replace: true })
        switched = await store.collection(name, stamp)
        return true
      })
      if (done) return { ...progress, parity, switched: true }
    }
  }

  const collection = createMigratingCollection({
    name,
    old,
    next,
    from,
    serial,
    switched: () => switched,
    migrating: () => ({ ...progress, ...(behind && { behind }) }),
  })
  const done = work()
  // Nobody has to wait for it.
  done.catch(() => {})
  return { collection, done }
}

/** Where the new vectors grow. */
export const nextName = (name: string): string => `${name}~next`

const open = async ({ store, name, from, to }: MigrationOptions) => {
  refuseWithoutRename(store)
  const infos = await store.list()
  const info = infos.find((other) => other.name === name)
  if (!info?.stamp)
    throw new RtError({
      code: info ? 'invalid_request' : 'not_found',
      message: info ? `collection "${name}" has no vectors of an embedder yet.` : `there is no collection "${name}".`,
      hint: 'Only a collection that was made with another embedder is migrated.',
    })
  if (info.stamp.fingerprint === to.fingerprint)
    throw new RtError({
      code: 'invalid_request',
      message: `collection "${name}" has the vectors of this embedder already.`,
      data: { collection: name, fingerprint: to.fingerprint },
    })
  if (from && from.fingerprint !== info.stamp.fingerprint)
    throw new RtError({
      code: 'stamp_mismatch',
      message: `collection "${name}" was not made with ${from.id}, which has fingerprint ${from.fingerprint}.`,
      hint: `It needs the embedder with fingerprint ${info.stamp.fingerprint}; leave \`from\` out when it is gone.`,
      data: { stored: info.stamp.fingerprint, given: from.fingerprint },
    })
  const stamp = { dimensions: to.dimensions, metric: info.stamp.metric, fingerprint: to.fingerprint }
  const begun = infos.find((other) => other.name === nextName(name))
  // Towards an embedder that nobody wants any more; the old collection has all its texts.
  if (begun?.stamp && begun.stamp.fingerprint !== to.fingerprint) await store.drop(nextName(name))
  const [old, next] = [await store.collection(name), await store.collection(nextName(name), stamp, info.options)]
  return { old, next, stamp }
}

const refuseWithoutRename = (store: VectorStore): void => {
  if (store.capabilities.rename) return
  throw new RtError({
    code: 'unsupported',
    message: `${store.kind} cannot put one collection in the place of another at once.`,
    hint: 'Ingest into a new collection with the new embedder, and point an alias at it.',
  })
}
