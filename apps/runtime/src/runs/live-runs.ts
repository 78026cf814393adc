import { type Principal, RtError } from '@rt/core'

/** A run that is worked on in this process. */
export interface LiveRun {
  readonly id: string
  readonly principal: Principal
  readonly background: boolean
  readonly signal: AbortSignal
  stop(reason: RtError): void
  /** Whoever waits for news looks again. */
  tell(): void
  /** Resolves when something more of it is kept, and when it is over. */
  news(): Promise<void>
  /** Resolves when it is over. */
  readonly over: Promise<void>
  end(): void
}

export interface OpenOptions {
  /** Ends it. */
  signal?: AbortSignal | undefined
  /** It goes on when nobody reads: whoever stops it can wait until it is over. */
  background?: boolean
}

/** The runs of this process, by id. */
export interface LiveRuns {
  open(id: string, principal: Principal, options: OpenOptions): LiveRun
  /** That of another principal is not there. */
  find(id: string, principal: Principal): LiveRun | undefined
  /** Stops those in the background, and resolves when they are over. The others end with what they need. */
  close(): Promise<void>
  readonly closing: boolean
}

export const createLiveRuns = (): LiveRuns => {
  const all = new Map<string, LiveRun>()
  let closing = false
  return {
    get closing() {
      return closing
    },
    open(id, principal, { signal: outer, background = false }) {
      if (closing) throw closed()
      const controller = new AbortController()
      const stop = (): void => controller.abort(outer?.reason)
      if (outer?.aborted) stop()
      else outer?.addEventListener('abort', stop, { once: true })
      const over = Promise.withResolvers<void>()
      let next = Promise.withResolvers<void>()
      const tell = (): void => {
        next.resolve()
        next = Promise.withResolvers()
      }
      const run: LiveRun = {
        id,
        principal,
        background,
        signal: controller.signal,
        stop: (reason) => controller.abort(reason),
        tell,
        news: () => next.promise,
        over: over.promise,
        end() {
          outer?.removeEventListener('abort', stop)
          if (all.get(id) === run) all.delete(id)
          over.resolve()
          tell()
        },
      }
      all.set(id, run)
      return run
    },
    find(id, principal) {
      const run = all.get(id)
      return run?.principal === principal ? run : undefined
    },
    async close() {
      closing = true
      const running = [...all.values()].filter(({ background }) => background)
      for (const run of running) run.stop(closed())
      await Promise.all(running.map(({ over }) => over))
    },
  }
}

const closed = (): RtError => new RtError({ code: 'shutting_down', message: 'this runtime was closed.' })
