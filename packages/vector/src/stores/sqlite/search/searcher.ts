import { openReader } from '@rt/node/sqlite/in-thread'
import { gatherCandidates } from '../../../driver-kit/pipeline/index.ts'
import { loadFlatKernel } from '../../../indexes/index.ts'
import { createCollectionSource } from './collection-source.ts'
import { createLoadedCollection, type LoadedCollection } from './loaded-collection.ts'
import { packCandidate } from './packed-candidate.ts'
import type { CollectionIdentity, SearchRequest, SearchThreadData } from './protocol.ts'

export interface Searcher extends Disposable {
  take(id: number, request: SearchRequest): void
  /** Forgets a request that has not begun. */
  cancel(id: number): void
}

export interface Answers {
  answer(id: number, value: unknown): void
  fail(id: number, error: unknown): void
}

interface Job {
  id: number
  request: SearchRequest
  /** Loads it has waited for. */
  waits: number
}

/** After so many loads it stops waiting for a moment without writes, and takes over in one go what is left. */
const MAX_WAITS = 3

/** Everything the search thread does: one request after the other, each in one read transaction. */
export const createSearcher = async ({ path }: SearchThreadData, answers: Answers): Promise<Searcher> => {
  const kernel = await loadFlatKernel()
  const reader = openReader(path)
  const collections = new Map<number, LoadedCollection>()
  const queue: Job[] = []
  const waiting = new Set<Job>()
  let busy = false

  const loaded = ({ id, name }: CollectionIdentity): LoadedCollection => {
    let collection = collections.get(id)
    if (!collection) collections.set(id, (collection = createLoadedCollection(reader, kernel, { id, name })))
    return collection
  }
  const forget = (collection: LoadedCollection): void => {
    collections.delete(collection.id)
    collection[Symbol.dispose]()
  }

  /** Undefined: it has to wait for a load, which begins when this transaction is over. */
  const execute = async (job: Job): Promise<{ value: unknown } | undefined> => {
    const { request } = job
    const collection = loaded(request.collection)
    reader.begin()
    try {
      const state = collection.readState()
      if (!state) {
        forget(collection)
        throw collection.missing()
      }
      const { query, pool, now } = request
      const fresh = !(query.vector || query.mmr) || collection.refresh(job.waits >= MAX_WAITS)
      if (!fresh) return undefined
      // Waits for nothing but itself, so no other request comes into this transaction.
      const source = createCollectionSource(reader, collection, { now, tokenizer: request.tokenizer })
      const candidates = await gatherCandidates(source, query, pool)
      return { value: candidates.map((candidate) => packCandidate(candidate, source.metadataOf(candidate.id))) }
    } finally {
      reader.end()
    }
  }

  const wait = (job: Job): void => {
    waiting.add(job)
    job.waits++
    loaded(job.request.collection)
      .load()
      .then(
        () => waiting.delete(job) && enqueue(job),
        (error: unknown) => waiting.delete(job) && answers.fail(job.id, error),
      )
  }

  const work = async (): Promise<void> => {
    busy = true
    for (let job = queue.shift(); job; job = queue.shift()) {
      try {
        const done = await execute(job)
        if (done) answers.answer(job.id, done.value)
        else wait(job)
      } catch (error) {
        answers.fail(job.id, error)
      }
      // Lets cancellations in.
      if (queue.length) await new Promise((resolve) => setImmediate(resolve))
    }
    busy = false
  }
  const enqueue = (job: Job): void => {
    queue.push(job)
    if (!busy) void work()
  }

  return {
    take: (id, request) => enqueue({ id, request, waits: 0 }),
    cancel(id) {
      const place = queue.findIndex((job) => job.id === id)
      if (place >= 0) queue.splice(place, 1)
      for (const job of waiting) if (job.id === id) waiting.delete(job)
    },
    [Symbol.dispose]() {
      for (const collection of collections.values()) collection[Symbol.dispose]()
      reader[Symbol.dispose]()
    },
  }
}
