import { abortable, abortError, type Clock, openScope, throwIfAborted } from '@rt/core'
import type { MemoryEstimate } from '../driver-kit/memory-estimate.ts'
import { leastBytes, type Place, type Room } from './room.ts'

export interface KeepOptions<M extends AsyncDisposable> {
  /** As the user names it. */
  id: string
  /** What it is expected to take; asked before each loading. What it throws, using the model throws. */
  estimate(): Promise<MemoryEstimate>
  /** Loads it. Its key-value caches must not hold more than `kvBytes`. */
  load(granted: { kvBytes: number }): Promise<M>
  /** What the process it is loaded in takes now, in bytes; undefined = not known. Default: nothing is measured. */
  measure?(): Promise<number | undefined>
  /** Which process that is: what two take that are loaded in one at the same time cannot be told apart. Default: all are in one. */
  process?: string | undefined
  /** How long it stays when no request runs, ms; 0 = not at all, Infinity = always. Default 5 minutes. */
  keepAliveMs?: number | undefined
  /** It stays, and nothing sends it away. Default false. */
  pinned?: boolean | undefined
}

/** The model for one request. Until it is disposed the model stays in memory. */
export interface Lease<M> extends Disposable {
  readonly model: M
}

export interface UseOptions {
  signal?: AbortSignal | undefined
  /** A request is sure to follow: the model is not unloaded at once, whatever its keep-alive time. Default false. */
  before?: boolean | undefined
}

/** A model that is in memory while it is used, and some time after. */
export interface Kept<M> {
  readonly id: string
  /** Loads it if need be, waiting for room. Throws as `Room.admit`, `estimate` and `load` do. */
  use(options?: UseOptions): Promise<Lease<M>>
  /** The model if it is in memory; nothing is loaded, and it may go at any time. */
  peek(): M | undefined
  /** From now on it stays so long when no request runs, ms. */
  keepAlive(ms: number): void
  /** Frees it once running requests have ended; those that come meanwhile load it again. False when it was not loaded. */
  unload(): Promise<boolean>
  /** It is in memory, or on its way there. */
  isBusy(): boolean
  /** Undefined while it is not in memory. */
  state(): KeptState | undefined
}

export interface KeptState {
  /** Set aside for it, with all the caches it may open: what was expected, or what was measured where that is more. */
  reservedBytes: number
  /** What its process grew by while it was loaded; undefined when that could not be told. */
  measuredBytes: number | undefined
  /** Until it is unloaded, ms; undefined while a request runs, and for one that stays. */
  unloadsInMs: number | undefined
  pinned: boolean
}

/** What goes on in a process: loads that overlap, and answers beside them, change its memory together. */
export interface LoadCount {
  running: number
  /** Loads, frees and answers. */
  begun: number
  /** Answers that run. */
  lent: number
}

type Scope = ReturnType<typeof openScope>

interface KeptParts {
  room: Room
  clock: Clock
  loads: LoadCount
  closing: AbortSignal | undefined
}

interface Loaded<M> {
  model: M
  place: Place
  measuredBytes: number | undefined
}

interface Waiter<M> {
  before: boolean
  enter(lease: Lease<M>): void
  fail(error: unknown): void
}

export const DEFAULT_KEEP_ALIVE_MS: number = 5 * 60_000
/** From choosing a model to its first token: what stands between is our own work. */
const BEFORE_MS = 30_000

export const createKept = <M extends AsyncDisposable>(
  { id, estimate, load, measure, keepAliveMs = DEFAULT_KEEP_ALIVE_MS, pinned = false }: KeepOptions<M>,
  { room, clock, loads, closing }: KeptParts,
): Kept<M> => {
  let keepMs = keepAliveMs
  let loaded: Loaded<M> | undefined
  /** Still in memory, for those who use it already. */
  let leaving: (Loaded<M> & { left: Promise<void> }) | undefined
  let loading: Promise<void> | undefined
  /** Ends the wait for room. */
  let queueing: Scope | undefined
  const waiters = new Set<Waiter<M>>()
  let users = 0
  let usedAt = clock.monotonic()
  let idle: Scope | undefined
  let unloadsAt: number | undefined
  let wakeLast: () => void = () => {}

  const stayIdle = (atLeastMs: number): void => {
    idle?.end()
    const ms = pinned ? Infinity : Math.max(keepMs, atLeastMs)
    unloadsAt = Number.isFinite(ms) ? clock.monotonic() + ms : undefined
    if (ms === 0) return leaveQuietly()
    if (unloadsAt === undefined) return
    idle = openScope()
    clock.sleep(ms, idle.signal).then(leaveQuietly, () => {})
  }
  const lend = ({ model }: Loaded<M>, before: boolean): Lease<M> => {
    users++
    loads.lent++
    loads.begun++
    idle?.end()
    unloadsAt = undefined
    let over = false
    return {
      model,
      [Symbol.dispose]() {
        if (over) return
        over = true
        usedAt = clock.monotonic()
        loads.lent--
        if (--users > 0) return
        wakeLast()
        if (!loaded) return
        stayIdle(before ? BEFORE_MS : 0)
        room.changed()
      },
    }
  }
  const leave = (): Promise<void> => {
    if (leaving || !loaded) return leaving?.left ?? Promise.resolve()
    const { model, place } = loaded
    idle?.end()
    unloadsAt = undefined
    // While it still answers, others need not wait for its place where an idle one can leave.
    if (users === 0) place.leaves()
    const left = (async () => {
      // What follows must not happen before it is noted below.
      await Promise.resolve()
      if (users > 0) await new Promise<void>((resolve) => (wakeLast = resolve))
      place.leaves()
      loads.begun++
      try {
        await model[Symbol.asyncDispose]()
      } finally {
        leaving = undefined
        place.free()
      }
    })()
    leaving = { ...loaded, left }
    loaded = undefined
    return left
  }
  /** Nobody is there to be told: what an engine cannot free goes with its process. */
  const leaveQuietly = (): void => void leave().catch(() => {})

  const loadMeasured = async (place: Place): Promise<Loaded<M>> => {
    const before = await measure?.().catch(() => undefined)
    const alone = loads.running++ === 0 && loads.lent === 0
    const turn = ++loads.begun
    try {
      const model = await load({ kvBytes: place.kvBytes })
      const after = await measure?.().catch(() => undefined)
      const known = alone && turn === loads.begun && before !== undefined && after !== undefined
      return { model, place, measuredBytes: known ? Math.max(0, after - before) : undefined }
    } finally {
      loads.running--
    }
  }
  const enterMemory = async (signal: AbortSignal): Promise<Loaded<M>> => {
    const need = await estimate()
    const isIdle = (): boolean => loaded !== undefined && users === 0
    const place = await room.admit({ id, pinned, need, isIdle, usedAt: () => usedAt, leave: leaveQuietly }, signal)
    try {
      const ready = await loadMeasured(place)
      place.grow((ready.measuredBytes ?? 0) - leastBytes(need))
      return ready
    } catch (error) {
      place.free()
      throw error
    }
  }
  /** Settles everybody who waits, in the same step in which `loading` ends. */
  const start = async (): Promise<void> => {
    const waiting = openScope(closing)
    queueing = waiting
    let settle: (waiter: Waiter<M>) => void
    try {
      const ready = await enterMemory(waiting.signal)
      loaded = ready
      usedAt = clock.monotonic()
      settle = ({ before, enter }) => enter(lend(ready, before))
    } catch (error) {
      settle = ({ fail }) => fail(error)
      // Who came after all those before had given up asks anew.
      if (waiting.signal.aborted && !closing?.aborted && waiters.size > 0) return start()
    } finally {
      waiting.end()
    }
    queueing = undefined
    loading = undefined
    const asking = [...waiters]
    waiters.clear()
    for (const waiter of asking) settle(waiter)
    if (loaded && users === 0) stayIdle(BEFORE_MS)
  }
  const wait = (before: boolean, signal: AbortSignal | undefined): Promise<Lease<M>> =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => {
        if (!waiters.delete(waiter)) return
        reject(abortError(signal))
        if (waiters.size === 0) queueing?.end()
      }
      const settled = (): void => signal?.removeEventListener('abort', giveUp)
      const waiter: Waiter<M> = {
        before,
        enter(lease) {
          settled()
          resolve(lease)
        },
        fail(error) {
          settled()
          reject(error)
        },
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      waiters.add(waiter)
      loading ??= start()
    })

  return {
    id,
    async use({ signal, before = false } = {}) {
      throwIfAborted(signal)
      while (leaving)
        await abortable(
          leaving.left.catch(() => {}),
          signal,
        )
      return loaded ? lend(loaded, before) : await wait(before, signal)
    },
    peek: () => (loaded ?? leaving)?.model,
    keepAlive(ms) {
      keepMs = ms
      if (loaded && users === 0) stayIdle(BEFORE_MS)
    },
    async unload() {
      if (loading) await loading
      const there = loaded !== undefined || leaving !== undefined
      await leave()
      return there
    },
    isBusy: () => Boolean(loaded ?? leaving ?? loading),
    state() {
      const held = loaded ?? leaving
      if (!held) return undefined
      return {
        reservedBytes: held.place.bytes,
        measuredBytes: held.measuredBytes,
        unloadsInMs: unloadsAt === undefined ? undefined : Math.max(0, Math.round(unloadsAt - clock.monotonic())),
        pinned,
      }
    },
  }
}
