import type { CallOptions, Principal } from '../model/call-options.ts'

/** Where a fact comes from: each is attributed, so that what a bad turn wrote can be taken back. */
export interface FactSource {
  thread?: string
  /** Of the turn. */
  traceId?: string
}

/** Something small that is remembered. */
export interface Fact extends FactSource {
  id: string
  text: string
  /** Milliseconds since 1970. */
  createdAt: number
}

/** What `remember` keeps, of each principal apart. */
export interface FactStore {
  /** A text that is there already is not kept twice. */
  add(principal: Principal, fact: { text: string } & FactSource, options?: CallOptions): Promise<Fact>
  /** Newest first. */
  list(principal: Principal, options?: CallOptions): Promise<Fact[]>
  /** One by its id, or all of a thread or a turn. How many there were. */
  forget(
    principal: Principal,
    which: { id: string } | { thread: string } | { traceId: string },
    options?: CallOptions,
  ): Promise<number>
}
