import { type Clock, type Identity, RtError } from '@rt/core'

/** A connection of the protocols before 2026-07-28, over several requests. */
export interface Session {
  /** Who began it: nobody else goes on with it. */
  identity: Identity
  fetch(request: Request, body: unknown): Promise<Response>
  /** Ends streams that wait for nothing in particular. */
  rest(): void
  close(): Promise<void>
}

export interface Sessions {
  /**
   * @throws RtError `overloaded` when the caller has the most it may, and all of them are in use.
   */
  admit(identity: Identity): void
  add(id: string, session: Session): void
  delete(id: string): void
  /** Undefined for one that is not there, and for one of somebody else. */
  find(id: string, identity: Identity): Session | undefined
  /** Passes a request on; the session counts as in use until its answer was read or given up. */
  use(session: Session, request: Request, body: unknown): Promise<Response>
  rest(): void
  close(): Promise<void>
}

export const MOST_SESSIONS = 32
const IDLE_MS = 30 * 60_000
const SWEEP_MS = 60_000

interface Kept {
  session: Session
  usedAt: number
  /** Answers being read. */
  open: number
}

export const createSessions = (clock: Clock): Sessions => {
  const kept = new Map<string, Kept>()
  let sweeping: ReturnType<typeof setInterval> | undefined

  const end = (id: string): void => {
    const found = kept.get(id)
    forget(id)
    void found?.session.close().catch(() => {})
  }
  const forget = (id: string): void => {
    kept.delete(id)
    if (kept.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }
  const sweep = (): void => {
    for (const [id, { open, usedAt }] of kept) if (open === 0 && clock.monotonic() - usedAt >= IDLE_MS) end(id)
  }
  /** A program that ends, ends: it only looks after what is idle. */
  const startSweeping = (): void => {
    sweeping ??= setInterval(sweep, SWEEP_MS)
    if (typeof sweeping === 'object') sweeping.unref()
  }

  return {
    admit(identity) {
      sweep()
      const own = [...kept].filter(([, { session }]) => isSame(session.identity, identity))
      if (own.length < MOST_SESSIONS) return
      const [oldest] = own.filter(([, { open }]) => open === 0).toSorted(([, a], [, b]) => a.usedAt - b.usedAt)
      if (oldest) return end(oldest[0])
      throw new RtError({
        code: 'overloaded',
        message: `this key has ${MOST_SESSIONS} MCP sessions, and all of them are in use.`,
        hint: 'End one of them with DELETE, or close a client.',
        data: { sessions: MOST_SESSIONS },
      })
    },
    add(id, session) {
      kept.set(id, { session, usedAt: clock.monotonic(), open: 0 })
      startSweeping()
    },
    delete: forget,
    find(id, identity) {
      sweep()
      const session = kept.get(id)?.session
      return session && isSame(session.identity, identity) ? session : undefined
    },
    async use(session, request, body) {
      const entry = (): Kept | undefined => [...kept.values()].find((one) => one.session === session)
      const count = (change: number): void => {
        const found = entry()
        if (!found) return
        found.open += change
        found.usedAt = clock.monotonic()
      }
      const before = entry()
      count(1)
      let response: Response
      try {
        response = await session.fetch(request, body)
      } catch (error) {
        count(-1)
        throw error
      }
      // Its first request is what makes it one.
      if (!before) count(1)
      return whenRead(response, () => count(-1))
    },
    rest() {
      for (const { session } of kept.values()) session.rest()
    },
    async close() {
      const all = [...kept.values()]
      for (const id of kept.keys()) forget(id)
      await Promise.all(all.map(({ session }) => session.close().catch(() => {})))
    },
  }
}

const isSame = (a: Identity, b: Identity): boolean => a.principal === b.principal && a.scope === b.scope

/** The same answer, which tells when its body ended or its reader has gone. */
const whenRead = (response: Response, done: () => void): Response => {
  if (!response.body) {
    done()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: ended, value } = await reader.read()
          if (!ended) return controller.enqueue(value)
          done()
          controller.close()
        } catch (error) {
          done()
          throw error
        }
      },
      async cancel(reason) {
        done()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { status: response.status, headers: response.headers })
}
