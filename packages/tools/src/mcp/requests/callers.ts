import { LOCAL, type Principal, RtError } from '@rt/core'

/** Most that a server may ask while calls of one stretch run. */
const MAX_REQUESTS = 16

/** Who uses a server now: what it asks, it asks for one of them. */
export interface Callers {
  /** Returns a function that ends it. */
  enter(principal: Principal): () => void
  /**
   * For whom the server asks.
   *
   * @throws RtError `forbidden` when nobody uses it, when several do and it cannot be told for whom, and when it asks too often.
   */
  asked(server: string, what: string): Principal
}

export const createCallers = (): Callers => {
  const active = new Map<Principal, number>()
  let requests = 0
  return {
    enter(principal) {
      if (active.size === 0) requests = 0
      active.set(principal, (active.get(principal) ?? 0) + 1)
      return () => {
        const left = active.get(principal)! - 1
        if (left > 0) active.set(principal, left)
        else active.delete(principal)
      }
    },
    asked(server, what) {
      const refuse = (why: string): RtError =>
        new RtError({ code: 'forbidden', message: `the MCP server ${server} may not ask for ${what}: ${why}.` })
      if (active.size === 0) throw refuse('no call of it is running')
      if (active.size > 1) throw refuse('calls of several users are running, and it does not say for whom')
      if (++requests > MAX_REQUESTS) throw refuse(`it asked ${MAX_REQUESTS} times already`)
      return [...active.keys()][0] ?? LOCAL
    },
  }
}
