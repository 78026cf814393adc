import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { openReader, type Reader } from '@rt/node/sqlite/in-thread'
import { gatherCandidates } from '../../../driver-kit/pipeline/index.ts'
import { loadFlatKernel } from '../../../indexes/index.ts'
import { createCollectionSource } from './collection-source.ts'
import { createIndexKeeper, type IndexKeeper } from './index-keeper.ts'
import { createLoadedCollection, type LoadedCollection } from './loaded-collection.ts'
import { packCandidates } from './packed-candidates.ts'
import type { CollectionIdentity, GraphTask, SearchRequest, SearchThreadData } from './protocol.ts'

export interface Searcher extends Disposable {
  take(id: number, request: SearchRequest): void
  /** Forgets a request that has not begun. */
  cancel(id: number): void
  /** Gives the memory of a collection back. */
  forget(collection: number): void
}

export interface SearcherOutput {
  answer(id: number, value: unknown): void
  fail(id: number, error: unknown): void
  /** Asks for a thread that does it and answers at `port`. */
  start(task: GraphTask, port: MessagePort): void
}

interface Job {
  id: number
  request: Extract<SearchRequest, { type: 'search' }>
  /** Loads it has waited for. */
  waits: number
}

interface Kept {
  collection: LoadedCollection
  keeper: IndexKeeper
}

/** After so many loads it stops waiting for a moment without writes, and takes over in one go what is left. */
const MAX_WAITS = 3

/** Everything the search thread does: one request after the other, each in one read transaction; indexes in between. */
export const createSearcher = async (data: SearchThreadData, output: SearcherOutput): Promise<Searcher> => {
  const { tuning, folder, mayBuild } = data
  const kernel = await loadFlatKernel()
  let opened: Reader | undefined
  /** By the first request: the thread may be there before the file is. */
  const reader = (): Reader => (opened ??= openReader(data.path))
  const busy = new Int32Array(data.busy)
  const kept = new Map<number, Kept>()
  const queue: Job[] = []
  const waiting = new Set<Job>()
  let working = false
  let resting: NodeJS.Timeout | undefined
  let lastAsked = 0

  const keep = (identity: CollectionIdentity): Kept => {
    const known = kept.get(identity.id)
    if (known) return known
    const collection = createLoadedCollection(reader(), kernel, identity)
    const start = (task: GraphTask): MessagePort => {
      const { port1, port2 } = new MessageChannel()
      output.start(task, port2)
      return port1
    }
    const keeper = createIndexKeeper({ collection, tuning, folder, mayBuild, start, wake: () => rest(0) })
    kept.set(identity.id, { collection, keeper })
    return { collection, keeper }
  }
  const forget = ({ collection, keeper }: Kept): void => {
    kept.delete(collection.id)
    keeper[Symbol.dispose]()
    collection[Symbol.dispose]()
  }

  /** Undefined: it has to wait for a load, which begins when this transaction is over. */
  const execute = async (job: Job): Promise<{ value: unknown } | undefined> => {
    const { request } = job
    const { query, pool, now } = request
    const { collection, keeper } = keep(request.collection)
    const snapshot = reader()
    snapshot.begin()
    try {
      if (!collection.readState()) {
        forget({ collection, keeper })
        throw collection.missing()
      }
      const fresh = !(query.vector || query.mmr) || collection.refresh(job.waits >= MAX_WAITS)
      if (!fresh) return undefined
      // Waits for nothing but itself, so no other request comes into this transaction.
      const source = createCollectionSource(snapshot, collection, { now, pool, keeper, tuning })
      const candidates = await gatherCandidates(source, query, pool)
      return { value: packCandidates(candidates, source.metadataOf) }
    } finally {
      snapshot.end()
    }
  }

  const wait = (job: Job): void => {
    waiting.add(job)
    job.waits++
    keep(job.request.collection)
      .collection.load()
      .then(
        () => waiting.delete(job) && enqueue(job),
        (error: unknown) => waiting.delete(job) && output.fail(job.id, error),
      )
  }

  const work = async (): Promise<void> => {
    working = true
    Atomics.store(busy, 0, 1)
    for (let job = queue.shift(); job; job = queue.shift()) {
      try {
        const done = await execute(job)
        if (done) output.answer(job.id, done.value)
        else wait(job)
      } catch (error) {
        output.fail(job.id, error)
      }
      // Lets cancellations in.
      if (queue.length) await new Promise((resolve) => setImmediate(resolve))
    }
    working = false
    Atomics.store(busy, 0, 0)
    Atomics.notify(busy, 0)
    lastAsked = performance.now()
    // A timer that runs is left alone: setting one with every search costs more than looking at the clock.
    if (!resting) rest(tuning.idleMs)
  }
  const enqueue = (job: Job): void => {
    queue.push(job)
    if (!working) void work()
  }

  /** Looks after the indexes when nobody has asked for `ms`, in small steps. */
  const rest = (ms: number): void => {
    clearTimeout(resting)
    resting = setTimeout(() => {
      resting = undefined
      const now = performance.now()
      const quiet = now - lastAsked
      if (working || quiet < tuning.idleMs) return rest(Math.max(1, tuning.idleMs - quiet))
      let more = false
      for (const { keeper } of kept.values()) more = keeper.step(now) || more
      if (more) rest(0)
    }, ms)
  }

  return {
    take(id, request) {
      if (request.type === 'search') return enqueue({ id, request, waits: 0 })
      output.answer(id, kept.get(request.collection.id)?.keeper.info())
    },
    cancel(id) {
      const place = queue.findIndex((job) => job.id === id)
      if (place >= 0) queue.splice(place, 1)
      for (const job of waiting) if (job.id === id) waiting.delete(job)
    },
    forget(collection) {
      const gone = kept.get(collection)
      if (gone) forget(gone)
    },
    [Symbol.dispose]() {
      clearTimeout(resting)
      for (const each of kept.values()) forget(each)
      opened?.[Symbol.dispose]()
    },
  }
}
