import { type Clock, createSecretId, type Identity } from '@rt/core'

/** Calls that a user is being asked about. */
export interface Approvals {
  /** What the client sends back with the answer: it says nothing by itself, and counts once. */
  open(hash: string, identity: Identity): string
  /** The hash of what was asked; undefined for what nobody asked this caller, or was answered before. */
  take(state: string | undefined, identity: Identity): string | undefined
}

const LIVES_MS = 10 * 60_000
const MOST = 1000

export const createApprovals = (clock: Clock): Approvals => {
  const asked = new Map<string, { hash: string; principal: string; at: number }>()
  return {
    open(hash, { principal }) {
      for (const id of asked.keys()) {
        if (asked.size < MOST) break
        asked.delete(id)
      }
      const id = createSecretId()
      asked.set(id, { hash, principal, at: clock.monotonic() })
      return id
    },
    take(state, { principal }) {
      const found = state === undefined ? undefined : asked.get(state)
      if (!found || found.principal !== principal) return undefined
      asked.delete(state!)
      return clock.monotonic() - found.at < LIVES_MS ? found.hash : undefined
    },
  }
}
