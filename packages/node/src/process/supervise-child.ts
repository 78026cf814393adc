import { type Clock, RtError } from '@rt/core'
import type { Entry } from '../worker/entry-url.ts'
import { type ChildEnd, type ChildHandle, startChild } from './child-handle.ts'
import { unrefClock } from './unref-clock.ts'

export interface SuperviseChildOptions {
  /** Names the child in errors, e.g. `gguf engine`. */
  name: string
  /** The module it runs, which calls `serveChild`; made by `entryUrl`. */
  entry: Entry
  /** Added to this process's environment; undefined removes. Default: nothing. */
  env?: Record<string, string | undefined>
  /** `advanced` (structured clone) carries bytes and typed arrays. Default `json`. */
  serialization?: 'json' | 'advanced'
  /** Time between heartbeats. Default 5000. */
  heartbeatMs?: number
  /**
   * A child that gives no sign of life for so long is killed, also while it starts. A function is asked at each heartbeat:
   * work that blocks the child may be known to take long. Default 60,000.
   */
  hangMs?: number | (() => number)
  restart?: {
    /**
     * Restarts within any minute. After that it stays down: `start()` throws until the first of these ends is a minute
     * ago, and starts it again from then on. Default 3.
     */
    perMinute?: number
    /** Before the first restart; doubles with each further one of the same minute. Default 250. */
    delayMs?: number
  }
  /** From the polite stop to SIGKILL, when disposed. Default 3000. */
  graceMs?: number
  /** Default: the system's, with timers that do not keep the process alive. */
  clock?: Clock
}

export interface ChildExit {
  code: number | null
  signal: string | null
  /** It was asked to stop. */
  expected: boolean
  /** It was killed because it no longer answered. */
  hung: boolean
  /** That it held at its last heartbeat. */
  memoryBytes: number | undefined
  /** The last 8 kB it printed. */
  output: string
}

export interface SupervisedChild extends AsyncDisposable {
  /** Of the running child. */
  readonly pid: number | undefined
  /**
   * Resolves when the child is ready; does nothing when it is already. Waits for a restart that is under way.
   *
   * @throws RtError `engine_unavailable` when it ends before it is ready, or was restarted too often.
   */
  start(): Promise<void>
  /** @throws RtError `engine_unavailable` when no child is ready. */
  send(message: unknown): void
  /** Returns a function that removes the listener; it outlives restarts. */
  onMessage(listener: (message: unknown) => void): () => void
  onExit(listener: (exit: ChildExit) => void): () => void
  /** Keeps this process alive while the child runs: for as long as work is open. Not counted. */
  ref(): void
  /** The state at the beginning: a program that ends, ends, and the child with it. */
  unref(): void
}

const MINUTE_MS = 60_000

/** A child process that is restarted when it crashes, killed when it hangs, and gone when this process is. */
export const superviseChild = (options: SuperviseChildOptions): SupervisedChild => {
  const { name, restart: { perMinute = 3, delayMs = 250 } = {}, graceMs = 3000, clock = unrefClock } = options
  const messageListeners = new Set<(message: unknown) => void>()
  const exitListeners = new Set<(exit: ChildExit) => void>()
  const disposal = new AbortController()
  let disposed: Promise<void> | undefined
  let keep = false
  let child: ChildHandle | undefined
  let isReady = false
  let starting: Promise<void> | undefined
  /** When it ended unexpectedly, within the last minute. */
  let exits: number[] = []

  const recentExits = (): number[] => (exits = exits.filter((at) => clock.monotonic() - at < MINUTE_MS))

  const launch = async (): Promise<void> => {
    if (disposed) throw disposedError(name)
    const recent = recentExits()
    if (recent.length > perMinute) throw givenUpError(name, recent.length, MINUTE_MS - (clock.monotonic() - recent[0]!))
    const started = startChild({
      entry: options.entry,
      env: options.env ?? {},
      serialization: options.serialization ?? 'json',
      heartbeatMs: options.heartbeatMs ?? 5000,
      hangMs: hangLimit(options.hangMs ?? 60_000),
      sleep: clock.sleep,
      onMessage: (message) => {
        for (const listener of messageListeners) listener(message)
      },
    })
    child = started
    started.setRef(keep)
    const ended = started.ended.then((end) => onEnd(end))
    const early = await Promise.race([started.ready, ended])
    if (early) throw disposed ? disposedError(name) : earlyError(name, early)
    // It may have ended right behind its last word.
    if (child !== started) throw earlyError(name, await ended)
    isReady = true
  }

  const onEnd = (end: ChildEnd): ChildEnd => {
    const wasReady = isReady
    const expected = disposed !== undefined
    child = undefined
    isReady = false
    if (!expected) exits.push(clock.monotonic())
    const count = recentExits().length
    // Before it was ready, whoever called start() decides.
    if (!expected && wasReady && count <= perMinute) {
      void begin(() => clock.sleep(delayMs * 2 ** (count - 1), disposal.signal).then(launch))
    }
    const { code, signal, hung, memoryBytes, output } = end
    for (const listener of exitListeners) listener({ code, signal, expected, hung, memoryBytes, output })
    return end
  }

  const begin = (work: () => Promise<void>): Promise<void> => {
    if (!starting) {
      starting = work().finally(() => (starting = undefined))
      // A restart nobody waits for fails in silence; the next start() tells.
      starting.catch(() => {})
    }
    return starting
  }

  const stop = async (): Promise<void> => {
    disposal.abort(disposedError(name))
    if (!child) return
    const { ended, send, kill, setRef } = child
    const over = new AbortController()
    setRef(true)
    send(['stop'])
    clock.sleep(graceMs, over.signal).then(kill, () => {})
    await ended
    over.abort()
  }

  const setKeep = (on: boolean): void => {
    keep = on
    child?.setRef(on)
  }

  return {
    get pid() {
      return child?.pid
    },
    async start() {
      if (disposed) throw disposedError(name)
      if (isReady) return
      // The child is not referenced, but a caller waits.
      const alive = setInterval(() => {}, MINUTE_MS)
      try {
        await begin(launch)
      } finally {
        clearInterval(alive)
      }
    },
    send(message) {
      if (!child || !isReady) {
        throw new RtError({
          code: 'engine_unavailable',
          message: `the ${name} process is not running.`,
          hint: 'Await start() first.',
        })
      }
      child.send(['message', message])
    },
    onMessage: (listener) => subscribe(messageListeners, listener),
    onExit: (listener) => subscribe(exitListeners, listener),
    ref: () => setKeep(true),
    unref: () => setKeep(false),
    [Symbol.asyncDispose]: () => (disposed ??= Promise.resolve().then(stop)),
  }
}

const hangLimit = (ms: number | (() => number)): (() => number) => (typeof ms === 'number' ? () => ms : ms)

const subscribe = <T>(listeners: Set<T>, listener: T): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const earlyError = (name: string, { code, signal, hung, output, cause }: ChildEnd): RtError => {
  const how = hung
    ? 'did not answer and was killed'
    : cause
      ? 'could not be started'
      : `ended before it was ready (${signal ?? `exit code ${code}`})`
  return new RtError({
    code: 'engine_unavailable',
    message: `the ${name} process ${how}.`,
    hint: 'RT_DEBUG=1 prints what it says as it comes; its last output is the cause of this error.',
    // Not in `data`, which servers send to their clients: the output may hold paths and stacks.
    data: { code, signal },
    cause: cause ?? (output ? new RtError({ code: 'engine_unavailable', message: output }) : undefined),
  })
}

const givenUpError = (name: string, times: number, waitMs: number): RtError =>
  new RtError({
    code: 'engine_unavailable',
    message: `the ${name} process ended ${times} times within a minute and is not started again for now.`,
    hint: `Try again in ${Math.ceil(waitMs / 1000)} s; RT_DEBUG=1 prints what it says.`,
    data: { times, retryAfterMs: Math.ceil(waitMs) },
  })

const disposedError = (name: string): RtError =>
  new RtError({
    code: 'engine_unavailable',
    message: `the ${name} process was stopped for good.`,
    hint: 'Create a new one.',
    retryable: false,
  })
