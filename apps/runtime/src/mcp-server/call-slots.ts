import { type Principal, RtError } from '@rt/core'

/** As many as a model of ours may make in one step. */
const MOST = 32

export interface CallSlots {
  /**
   * Takes one, and gives what releases it.
   *
   * @throws RtError `overloaded`.
   */
  take(principal: Principal): () => void
}

/** Counts the calls that run: what one client starts at once must not take the machine from the others. */
export const createCallSlots = (): CallSlots => {
  const running = new Map<Principal, number>()
  return {
    take(principal) {
      const now = running.get(principal) ?? 0
      if (now >= MOST)
        throw new RtError({
          code: 'overloaded',
          message: `${MOST} tool calls of this key are running, the most there may be.`,
          hint: 'Wait for one of them to end.',
          data: { calls: MOST },
        })
      running.set(principal, now + 1)
      return () => {
        const left = running.get(principal)! - 1
        if (left > 0) running.set(principal, left)
        else running.delete(principal)
      }
    },
  }
}
