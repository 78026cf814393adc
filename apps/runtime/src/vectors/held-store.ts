import type { VectorCollection, VectorStore } from '@rt/core'

/** A store whose writers can be made to wait. */
export interface HeldStore extends VectorStore {
  /** Runs `work` when all writes to a collection are through; new ones wait until it is over. Reading goes on. */
  whileStill<T>(collection: string, work: () => Promise<T>): Promise<T>
}

/** Puts a gate before the writes of a store. All of this process go through it: a data folder has one owner. */
export const createHeldStore = (store: VectorStore): HeldStore => {
  const gates = new Map<string, Gate>()
  const gateOf = (name: string): Gate => {
    const gate = gates.get(name) ?? createGate()
    gates.set(name, gate)
    return gate
  }
  return {
    ...store,
    async collection(...given) {
      const collection = await store.collection(...given)
      const { pass } = gateOf(collection.name)
      return {
        ...collection,
        upsert: (...args) => pass(() => collection.upsert(...args)),
        update: (...args) => pass(() => collection.update(...args)),
        delete: (...args) => pass(() => collection.delete(...args)),
      } satisfies VectorCollection
    },
    whileStill: (name, work) => gateOf(name).close(work),
  }
}

interface Gate {
  /** Waits while it is closed. */
  pass<T>(work: () => Promise<T>): Promise<T>
  close<T>(work: () => Promise<T>): Promise<T>
}

const createGate = (): Gate => {
  const within = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined
  return {
    async pass(work) {
      while (closed) await closed
      const running = work()
      within.add(running)
      try {
        return await running
      } finally {
        within.delete(running)
      }
    },
    async close(work) {
      while (closed) await closed
      const { promise, resolve } = Promise.withResolvers<void>()
      closed = promise
      try {
        await Promise.allSettled(within)
        return await work()
      } finally {
        closed = undefined
        resolve()
      }
    },
  }
}
