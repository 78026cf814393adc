import { abortable } from '@rt/core'
import { createPacer } from './pacer.ts'
import type { IndexSnapshot, SearchSource, VectorIndex } from './types.ts'

export interface IndexCache {
  readonly kind: string
  /** The index at `version` or later. Loads what it lacks; callers that wait together share one load. */
  at(version: number, signal?: AbortSignal): Promise<IndexSnapshot>
}

/** Keeps an index in step with its store, reading only blocks that changed since it last looked. */
export const createIndexCache = (source: SearchSource, index: VectorIndex): IndexCache => {
  let loading: Promise<void> | undefined

  const load = async (): Promise<void> => {
    const since = index.snapshot().version
    const pace = createPacer()
    let seen: number | undefined
    for (let after: number | undefined = -1; after !== undefined;) {
      const page = await source.blocksSince(since, after)
      // Later pages may be newer than the first: the index then claims too little, and reads those blocks once more.
      seen ??= page.version
      for (const block of page.blocks) {
        index.stage(block, page.dimensions!)
        const pause = pace()
        if (pause) await pause
      }
      after = page.next
    }
    index.commit(seen!)
  }

  return {
    kind: index.kind,
    async at(version, signal) {
      while (index.snapshot().version < version) {
        loading ??= load().finally(() => (loading = undefined))
        await abortable(loading, signal)
      }
      return index.snapshot()
    },
  }
}
