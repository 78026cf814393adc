import { abortable, abortError, type Clock } from '@rt/core'
import { bestMatch, isOtherThread } from './best-match.ts'
import { createLine } from './line.ts'

/** What the pool must know of a sequence: the tokens its key-value cache holds. */
export interface CachedTokens {
  readonly contextTokens: readonly number[]
}

/** Sequences that are computed together. They are opened and closed together too. */
export interface SequenceGroup<S extends CachedTokens> {
  readonly sequences: readonly S[]
  close(): Promise<void>
}

export interface Slot<S extends CachedTokens> {
  readonly sequence: S
  /** Whose tokens are in it; undefined = nobody's. Its borrower keeps this and the next two true. */
  principal: string | undefined
  /** Of which thread. */
  cacheKey: string | undefined
  /** Leading tokens that were read in whole pieces from the start: reusing them changes no bit of an answer. */
  exact: number
  /** What it holds is saved as it is. */
  saved: boolean
  /** How often it was lent: another number = another borrower. */
  readonly lease: number
}

export interface SlotRequest {
  tokens: readonly number[]
  principal: string
  cacheKey?: string | undefined
  signal: AbortSignal
}

export interface SlotPool<S extends CachedTokens> {
  /**
   * The free slot that saves most work; waits in line when all are busy.
   *
   * @throws RtError `overloaded` when the line is full, `aborted`.
   */
  acquire(request: SlotRequest): Promise<Slot<S>>
  release(slot: Slot<S>): void
  /** Does something with one before anybody else does. Never rejects. */
  tend(slot: Slot<S>, work: (slot: Slot<S>) => Promise<void>): Promise<void>
  /** The same with each that is free, one after the other; a request that wants it waits. Ends early at a request. */
  visit(work: (slot: Slot<S>) => Promise<void>): Promise<void>
  /** The same with all that are free, for the last time: when it resolves, nothing is being done with any. */
  finish(work: (slot: Slot<S>) => Promise<void>): Promise<void>
  /** The same after all were released. */
  rest(work: (slot: Slot<S>) => Promise<void>): Promise<void>
  /** What these hold, or will hold when they are released, is nobody's. Waits for what is being done with them. */
  forget(which: (of: { principal: string | undefined; cacheKey: string | undefined }) => boolean): Promise<void>
  /** All others that hold tokens of this principal, lent ones too. */
  others(slot: Slot<S>, principal: string): Slot<S>[]
  state(): SlotState
}

export interface SlotState {
  /** Sequences that are open, of the most there can be at rest; fewer than asked for when memory ran out. */
  open: number
  most: number
  /** Lent out. */
  busy: number
  /** Requests in line. */
  waiting: number
}

export interface SlotPoolOptions<S extends CachedTokens> {
  /** Open from the start, with one sequence. */
  first: SequenceGroup<S>
  /** Opens a group of that many sequences. */
  open: (count: number) => Promise<SequenceGroup<S>>
  /** Most sequences. */
  size: number
  /** Most sequences that may be open at any moment, also while one group takes the place of others. Default: no limit. */
  budget?: number | undefined
  /** Most requests that wait. Default 64. */
  maxWaiting?: number | undefined
  /** Where tokens can be copied to: to no other sequence (default), within a group, or to any. */
  copies?: 'none' | 'group' | 'all'
  /** Called with each before its group closes. */
  retire?: ((slot: Slot<S>) => Promise<void>) | undefined
  clock?: Pick<Clock, 'monotonic'>
}

interface Owned<S extends CachedTokens> extends Slot<S> {
  readonly group: SequenceGroup<S>
  lease: number
  leave: () => void
  /** Who has it, while it is lent. */
  borrower?: { principal: string; cacheKey: string | undefined } | undefined
  /** What its borrower leaves in it is nobody's. */
  forgotten?: boolean
  /** What is being done with it; it is lent after that. */
  tended: Promise<void>
}

/**
 * Lends sequences to requests. While requests come one at a time, each conversation opens a group of one: its first token
 * is fast and nothing is allocated that nobody uses. With the first two at the same time one group with all sequences is
 * opened, for only sequences of one group are computed together; the single ones close as they fall free.
 */
export const createSlotPool = <S extends CachedTokens>(options: SlotPoolOptions<S>): SlotPool<S> => {
  const { first, open, budget = Infinity, maxWaiting, copies = 'none', retire, clock } = options
  let size = Math.max(1, Math.min(options.size, budget))
  const line = createLine({ width: size, maxWaiting, ...(clock && { clock }) })
  /** Least recently used first. */
  let free: Owned<S>[] = []
  const lent = new Set<Owned<S>>()
  let shared: SequenceGroup<S> | undefined
  /** Two requests came at the same time. */
  let crowded = false
  /** There was no memory for a group of several. */
  let apart = false
  let opening: Promise<boolean> | undefined
  let wake: (() => void)[] = []

  const openCount = (): number => free.length + lent.size
  const add = (group: SequenceGroup<S>): void => {
    for (const sequence of group.sequences)
      free.push({ group, sequence, ...NOTHING, lease: 0, leave: () => {}, tended: Promise.resolve() })
  }
  const tend = (slot: Owned<S>, work: (slot: Owned<S>) => Promise<void>): Promise<void> =>
    (slot.tended = slot.tended.then(() => work(slot)).catch(() => {}))
  const closing = new Set<Promise<void>>()
  const close = (slot: Owned<S>): Promise<void> => {
    const { group } = slot
    const closed = (retire ? tend(slot, retire).then(() => group.close()) : group.close())
      // What cannot be freed goes with the process; requests do without it.
      .catch(() => {})
      .finally(() => closing.delete(closed))
    closing.add(closed)
    return closed
  }
  const finish = async (work: (slot: Slot<S>) => Promise<void>): Promise<void> => {
    const tended = [...free.map((slot) => tend(slot, work)), ...Array.from(lent, (slot) => slot.tended)]
    await Promise.allSettled([...tended, ...closing])
  }
  const closeFree = async (): Promise<void> => {
    const single = free.filter(({ group }) => group !== shared)
    free = free.filter(({ group }) => group === shared)
    await Promise.all(single.map(close))
  }
  add(first)

  const lacking = (): 'shared' | 'single' | undefined => {
    if (shared) return undefined
    if (crowded && !apart && size > 1) return 'shared'
    return openCount() < size ? 'single' : undefined
  }
  /** False when only a release can help. */
  const grow = async (): Promise<boolean> => {
    const lack = lacking()
    if (!lack) return false
    if (lack === 'single') {
      const group = await open(1).catch((error: unknown) => {
        if (openCount() === 0) throw error
        // No memory for one more conversation: go on with those there are.
        narrow(openCount())
      })
      if (group) add(group)
      return true
    }
    if (openCount() + size > budget) {
      if (lent.size > 0 && lent.size + size > budget) return false
      await closeFree()
    }
    shared = await openMost(open, size)
    if (shared) {
      add(shared)
      narrow(shared.sequences.length)
      await closeFree()
    } else apart = true
    return true
  }
  const narrow = (to: number): void => {
    size = Math.min(size, to)
    line.narrow(size)
  }
  const choose = (request: SlotRequest): Owned<S> | undefined => {
    const lack = lacking()
    if (lack === 'shared') return undefined
    const empty = free.find(({ principal }) => principal === undefined)
    // What a thread shares with another one is copied where that is possible, so that both go on.
    const candidates = free.filter(
      (slot) => !isOtherThread(slot, request) || copies === 'none' || (copies === 'group' && slot.group !== shared),
    )
    const match = bestMatch(candidates, request) ?? empty
    return match ?? (lack ? undefined : free[0])
  }
  const lend = (slot: Owned<S>, { principal, cacheKey }: SlotRequest): Owned<S> => {
    free = free.filter((other) => other !== slot)
    lent.add(slot)
    slot.lease++
    slot.borrower = { principal, cacheKey }
    return slot
  }
  const released = (): Promise<void> => new Promise((resolve) => wake.push(resolve))
  const find = async (request: SlotRequest): Promise<Owned<S>> => {
    while (true) {
      if (request.signal.aborted) throw abortError(request.signal)
      const slot = choose(request)
      if (slot) return lend(slot, request)
      // Asked for first: a release while nothing could be opened must not be missed.
      const release = released()
      const grown = await (opening ??= grow().finally(() => (opening = undefined)))
      if (!grown) await abortable(release, request.signal)
    }
  }

  return {
    async acquire(request) {
      const leave = await line.enter(request.signal)
      try {
        crowded ||= line.state().inside > 1
        const slot = await find(request)
        slot.leave = leave
        await slot.tended
        return slot
      } catch (error) {
        leave()
        throw error
      }
    },
    release(slot) {
      const owned = slot as Owned<S>
      if (!lent.delete(owned)) return
      owned.borrower = undefined
      if (owned.forgotten) Object.assign(owned, NOTHING)
      owned.forgotten = false
      if (shared && owned.group !== shared) void close(owned)
      else free.push(owned)
      owned.leave()
      const woken = wake
      wake = []
      for (const resolve of woken) resolve()
    },
    tend: (slot, work) => tend(slot as Owned<S>, work),
    async visit(work) {
      for (const slot of free.slice()) {
        if (line.state().inside > 0) return
        if (free.includes(slot)) await tend(slot, work)
      }
    },
    finish,
    async rest(work) {
      while (lent.size > 0) await released()
      await finish(work)
    },
    async forget(which) {
      const all = [...free, ...lent]
      for (const slot of lent) slot.forgotten ||= slot.borrower !== undefined && which(slot.borrower)
      await Promise.all(
        all.map((slot) =>
          tend(slot, async () => {
            // One that is lent may hold it until its borrower begins.
            if (which(slot) && !(slot.borrower && which(slot.borrower))) Object.assign(slot, NOTHING)
          }),
        ),
      )
    },
    others: (slot, principal) => [...lent, ...free].filter((other) => other !== slot && other.principal === principal),
    state() {
      const { inside, waiting } = line.state()
      return { open: openCount(), most: size, busy: lent.size, waiting: waiting + inside - lent.size }
    },
  }
}

/** What a slot holds that is nobody's. */
const NOTHING = { principal: undefined, cacheKey: undefined, exact: 0, saved: false }

/** As many of `count` sequences as memory allows, but no fewer than two. */
const openMost = async <S extends CachedTokens>(
  open: (count: number) => Promise<SequenceGroup<S>>,
  count: number,
): Promise<SequenceGroup<S> | undefined> => {
  for (let size = count; size >= 2; size = Math.floor(size / 2)) {
    const group = await open(size).catch(() => undefined)
    if (group) return group
  }
  return undefined
}
