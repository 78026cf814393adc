import { type CallOptions, throwIfAborted, type VectorCollection, type VectorRecord } from '@rt/core'
import { upsertRecords } from '../../driver-kit/upsert-records.ts'
import { checkDeletion, checkScroll, checkUpdates } from '../../driver-kit/check-changes.ts'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { checkRecords, checkShape, recordName } from '../../driver-kit/check-records.ts'
import { gatherCandidates, searchCollection } from '../../driver-kit/pipeline/index.ts'
import { parseFilter } from '../../filter/index.ts'
import { countPoints, deleteIds, deleteMatching, sweepPoints, updatePoints } from './change-points.ts'
import { callsOf, fetchCatalog, fetchCollection } from './client.ts'
import type { Connection } from './connection.ts'
import { describeCollection } from './describe-collection.ts'
import type { Serial } from '../../driver-kit/serial.ts'
import { liveFilter, matchingPieces, serverFilter } from './matching.ts'
import { addVectors } from './open-collection.ts'
import { DENSE } from './payload.ts'
import { readPoints } from './read-points.ts'
import { scrollPoints } from './scroll-points.ts'
import { createSource } from './source.ts'
import type { StoredCollection } from './stored-collection.ts'
import { writePoints } from './write-points.ts'

/** Milliseconds after which a write takes what has ended along. */
const SWEEP_MS = 60_000

/** One collection. Writes of this process follow one another, so that an update sees what came before it. */
export const createQdrantCollection = (
  connection: Connection,
  opened: StoredCollection,
  { clock, lane, refuseGone }: { clock: () => number; lane: Serial; refuseGone: () => void },
): VectorCollection => {
  const { name, physical } = opened
  const calls = callsOf(connection, opened)
  let known = opened
  let swept = -Infinity
  const indexed = new Set(opened.indexed)

  const refresh = async (options: CallOptions): Promise<StoredCollection> => {
    const found = await fetchCollection(connection, physical, name, options)
    if (!found) throw noCollection(name)
    return (known = found)
  }
  /** Dimension and metric stay once they are there. */
  const state = async (options: CallOptions): Promise<StoredCollection> =>
    known.dimensions === null ? refresh(options) : known
  const enter = ({ signal }: CallOptions): void => {
    refuseGone()
    throwIfAborted(signal)
  }
  const write = <T>(options: CallOptions, work: () => Promise<T>): Promise<T> => {
    enter(options)
    return lane(async () => {
      enter(options)
      return work()
    })
  }

  const shapeFor = async (first: Float32Array, options: CallOptions): Promise<StoredCollection> => {
    const found = await state(options)
    if (found.dimensions !== null) return found
    await addVectors(connection, found, { dimensions: first.length, metric: found.metric ?? 'cosine' })
    return refresh(options)
  }
  const store = async (records: VectorRecord[], options: CallOptions): Promise<void> => {
    enter(options)
    const checked = await checkRecords(records, options.signal)
    if (!checked.length) return
    await write(options, async () => {
      const vectors = checked.flatMap(({ key, vector }) => (vector ? [{ key, vector }] : []))
      const before = await state(options)
      const dimensions = before.dimensions ?? vectors[0]?.vector.length
      const metric = before.metric ?? 'cosine'
      for (const { key, vector } of vectors)
        checkShape(vector, recordName(key), { name, metric, dimensions: dimensions! })
      const collection = vectors.length ? await shapeFor(vectors[0]!.vector, options) : before
      const now = clock()
      await writePoints(calls, collection, checked, { now, indexed, signal: options.signal })
      if (now - swept < SWEEP_MS) return
      swept = now
      await sweepPoints(calls, { now, signal: options.signal })
    })
  }
  const count = async (filter: VectorFilterNode, options: CallOptions): Promise<number> => {
    const now = clock()
    const server = serverFilter(filter, now)
    if (server) return countPoints(calls, server, options)
    let sum = 0
    for await (const piece of matchingPieces(calls, filter!, { ...options, now })) sum += piece.length
    return sum
  }

  return {
    name,
    async upsert(records, options = {}) {
      enter(options)
      await upsertRecords(name, records, (batch) => store(batch, options), options)
    },
    async get(ids, options = {}) {
      enter(options)
      const asked = [...new Set(ids)]
      if (!asked.length) return []
      const now = clock()
      const { dimensions } = await state(options)
      const records = await readPoints(calls, asked, { dimensions: dimensions ?? 0, signal: options.signal })
      const live = records.filter(({ expires }) => expires === undefined || expires > now)
      const byId = new Map(live.map((record) => [record.id, record]))
      return asked.flatMap((id) => byId.get(id) ?? [])
    },
    async update(changes, options = {}) {
      const checked = await checkUpdates(changes, options.signal)
      if (!checked.length) return 0
      return write(options, () => updatePoints(calls, checked, { now: clock(), indexed, signal: options.signal }))
    },
    async delete(which, options = {}) {
      const times = (): { now: number; signal: AbortSignal | undefined } => ({ now: clock(), signal: options.signal })
      if (Array.isArray(which)) {
        const ids = [...which]
        return write(options, async () => (ids.length ? deleteIds(calls, ids, times()) : 0))
      }
      const node = checkDeletion(which.filter)
      return write(options, () => deleteMatching(calls, node, times()))
    },
    async count({ filter, ...options } = {}) {
      enter(options)
      return count(parseFilter(filter), options)
    },
    async scroll(options = {}) {
      enter(options)
      const checked = checkScroll(options)
      const { dimensions } = await state(options)
      return scrollPoints(calls, checked, {
        now: clock(),
        dimensions: checked.vectors ? (dimensions ?? 0) : 0,
        signal: options.signal,
      })
    },
    async search(query, options = {}) {
      enter(options)
      return searchCollection(
        name,
        (checked, pool, call) =>
          gatherCandidates(createSource(calls, { state, now: clock(), signal: call.signal }), checked, pool, call),
        query,
        options,
      )
    },
    async describe() {
      refuseGone()
      const [found, catalog] = await Promise.all([refresh({}), fetchCatalog(connection)])
      return describe(found, catalog.aliases)
    },
  }

  async function describe(
    found: StoredCollection,
    links: ReadonlyMap<string, string>,
  ): ReturnType<VectorCollection['describe']> {
    const now = clock()
    const [records, vectors] = await Promise.all([
      count(undefined, {}),
      found.dimensions === null ? 0 : countPoints(calls, liveFilter(now, [{ has_vector: DENSE }]), {}),
    ])
    const aliases = [...links].flatMap(([alias, target]) => (target === physical ? [alias] : []))
    return describeCollection(found, { count: records, vectors, aliases })
  }
}

type VectorFilterNode = ReturnType<typeof parseFilter>
