import { abortError, RtError } from '@rt/core'

/** What the pool must know of a sequence: the tokens its key-value cache holds. */
export interface CachedTokens {
  readonly contextTokens: readonly number[]
}

export interface Slot<S extends CachedTokens> {
  readonly sequence: S
  /** Whose tokens are in it; undefined = nobody's. */
  principal: string | undefined
  cacheKey: string | undefined
  /** Leading tokens that were read in whole pieces from the start: reusing them changes no bit of an answer. */
  exact: number
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
  state(): SlotState
}

export interface SlotState {
  /** Sequences that were opened, of the most there can be; fewer than asked for when memory ran out. */
  open: number
  most: number
  /** Lent out. */
  busy: number
  /** Requests in line. */
  waiting: number
}

export interface SlotPoolOptions<S extends CachedTokens> {
  /** Opens one more sequence. */
  create: () => Promise<S>
  /** Most sequences. */
  size: number
  /** Most requests that wait. Default 64. */
  maxWaiting?: number
}

/** Lends sequences to requests. They are opened when needed, since each holds a key-value cache for the whole context. */
export const createSlotPool = <S extends CachedTokens>({
  create,
  size,
  maxWaiting = 64,
}: SlotPoolOptions<S>): SlotPool<S> => {
  /** Least recently used first. */
  let free: Slot<S>[] = []
  let opened = 0
  const waiting: (() => void)[] = []
  /** Left the line for a slot and have not taken it yet. */
  let woken = 0

  const take = (slot: Slot<S>, { principal, cacheKey }: SlotRequest): void => {
    free = free.filter((other) => other !== slot)
    if (slot.principal !== principal) slot.exact = 0
    slot.cacheKey = cacheKey
  }
  const release = (slot: Slot<S>): void => {
    free.push(slot)
    const wake = waiting.shift()
    if (!wake) return
    woken++
    wake()
  }
  /** Whether somebody new may take a slot without taking it from one who waited. */
  const hasRoom = (): boolean => waiting.length === 0 && free.length + size - opened > woken
  const open = async (): Promise<Slot<S> | undefined> => {
    opened++
    try {
      return { sequence: await create(), principal: undefined, cacheKey: undefined, exact: 0 }
    } catch (error) {
      opened--
      // No memory for one more conversation: go on with those there are.
      if (opened === 0) throw error
      size = opened
      return undefined
    }
  }
  const next = (request: SlotRequest, { first }: { first: boolean }): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        request.signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        waiting.splice(waiting.indexOf(wake), 1)
        reject(abortError(request.signal))
      }
      if (first) waiting.unshift(wake)
      else waiting.push(wake)
      request.signal.addEventListener('abort', stop, { once: true })
    })

  return {
    async acquire(request) {
      let turn = hasRoom()
      for (let waited = false; ; waited = true) {
        const slot = turn
          ? (bestMatch(free, request) ?? (opened < size ? await open() : undefined) ?? free[0])
          : undefined
        if (slot) take(slot, request)
        if (slot && !request.signal.aborted) return slot
        // Whoever was woken but gave up passes the free slot on.
        if (slot) release(slot)
        if (request.signal.aborted) throw abortError(request.signal)
        if (!waited && waiting.length >= maxWaiting) throw overloaded(size, maxWaiting)
        await next(request, { first: waited })
        woken--
        turn = true
      }
    },
    release,
    state: () => ({ open: opened, most: size, busy: opened - free.length, waiting: waiting.length + woken }),
  }
}

/** Length of what two token lists share at their start. */
export const commonPrefix = (a: readonly number[], b: readonly number[]): number => {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a[length] === b[length]) length++
  return length
}

/**
 * The slot to go on with: the same thread's, else the one of this principal that shares most. One that would lose more
 * than half of what it holds is left alone, for its own thread will come back.
 */
const bestMatch = <S extends CachedTokens>(
  free: Slot<S>[],
  { tokens, principal, cacheKey }: SlotRequest,
): Slot<S> | undefined => {
  const own = free.filter((slot) => slot.principal === principal)
  const sameThread = cacheKey === undefined ? undefined : own.find((slot) => slot.cacheKey === cacheKey)
  if (sameThread) return sameThread
  return own
    .map((slot) => ({ slot, shared: commonPrefix(slot.sequence.contextTokens, tokens) }))
    .filter(({ slot, shared }) => shared > 0 && shared * 2 >= slot.sequence.contextTokens.length)
    .toSorted((a, b) => b.shared - a.shared)[0]?.slot
}

const overloaded = (size: number, waiting: number): RtError =>
  new RtError({
    code: 'overloaded',
    message: `the model answers ${size} requests at once and ${waiting} more are waiting.`,
    hint: 'Try again in a moment, or load the model with more `sequences`.',
    data: { sequences: size, waiting },
  })
