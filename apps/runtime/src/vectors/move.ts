import {
  type CollectionOperations,
  disposeAll,
  RtError,
  type MoveReport,
  type StorePlace,
  throwIfAborted,
  type VectorStore,
} from '@rt/core'
import { moveCollection } from '@rt/vector'
import { findCollection } from './find-collection.ts'
import type { HeldStore } from './held-store.ts'
import { LOCAL_ONLY, storeElsewhere } from './keep-local.ts'
import { isElsewhere } from './place.ts'

export interface MoveParts {
  /** That of the settings. */
  vectors(): Promise<HeldStore>
  /** Where that is. */
  place: StorePlace
  open(place: StorePlace): Promise<VectorStore>
}

/** Moves collections between the store of the settings and any other. */
export const createMove =
  ({ vectors, place, open }: MoveParts): CollectionOperations['move'] =>
  async (name, { to, from, keep, resume, signal, onProgress }) => {
    throwIfAborted(signal)
    const started = performance.now()
    const own = await vectors()
    const opened: VectorStore[] = []
    const reach = async (where: StorePlace): Promise<VectorStore> => {
      if (isSame(where, place)) return own
      const store = await open(where)
      opened.push(store)
      return store
    }
    try {
      const [source, target] = [from ? await reach(from) : own, to ? await reach(to) : own]
      if (source === target)
        throw new RtError({
          code: 'invalid_request',
          message: `"${name}" is in ${own.kind} already.`,
          hint: 'Say where it shall be (to), or where it is (from).',
        })
      return await between(source, target)
    } finally {
      await disposeAll(opened)
    }

    async function between(source: VectorStore, target: VectorStore): Promise<MoveReport> {
      const info = await findCollection(source, name)
      if (isElsewhere(to ?? place)) {
        const collection = await source.collection(info.name)
        const labelled = await collection.count({ filter: LOCAL_ONLY, signal })
        if (labelled) throw storeElsewhere(`${labelled} of the records of "${info.name}" are local-only`, target.kind)
      }
      const moved = await moveCollection({
        from: source,
        to: target,
        name: info.name,
        keep,
        resume,
        signal,
        onProgress,
        // Only writers of this process can be made to wait.
        ...(source === own && { whileStill: (work) => own.whileStill(info.name, work) }),
      })
      return { name: info.name, ...moved, ms: performance.now() - started }
    }
  }

const isSame = (a: StorePlace, b: StorePlace): boolean => a.store === b.store && (a.url ?? '') === (b.url ?? '')
