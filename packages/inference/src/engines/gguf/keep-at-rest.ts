import type { LlamaSequence } from './open-sequences.ts'
import type { SlotPool } from './slots.ts'
import type { ThreadStates } from './thread-states.ts'

/** Saving holds up who asks meanwhile: a model that rested for so long is likely to rest on. */
const REST_MS = 20_000

/** A pool that saves what threads left in it when nobody asked for a while. */
export const keepAtRest = (pool: SlotPool<LlamaSequence>, { keep }: ThreadStates): SlotPool<LlamaSequence> => {
  let timer: NodeJS.Timeout | undefined
  return {
    ...pool,
    acquire(request) {
      clearTimeout(timer)
      return pool.acquire(request)
    },
    release(slot) {
      pool.release(slot)
      clearTimeout(timer)
      if (pool.state().busy === 0) timer = setTimeout(() => void pool.visit(keep), REST_MS).unref()
    },
  }
}
