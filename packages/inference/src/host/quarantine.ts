import { type Clock, RtError, systemClock } from '@rt/core'

export interface QuarantineOptions {
  /** As errors name the engine, e.g. `gguf engine`. */
  engine: string
  /** Crashes after which a model is refused, when no answer of it ended well in between. Default 3. */
  crashes?: number
  /** They count together when none is older than this, and are forgotten this long after the last. Default 10 minutes. */
  windowMs?: number
  /** How long it is refused. Doubles with each crash at a later try. Default 5 minutes. */
  restMs?: number
  /** Longest it is refused. Default 1 hour. */
  maxRestMs?: number
  clock?: Pick<Clock, 'monotonic'>
}

/** A model that may have crashed the child it ran in. */
export interface Suspect {
  /** As the user names it. */
  id: string
  /** The files and how they are loaded: loaded in another way it is another suspect. */
  key: string
}

/** Of a model that is refused. */
export interface QuarantineState {
  /** Without an answer in between. */
  crashes: number
  retryAfterMs: number
}

/**
 * Decides which models an engine refuses because they crash its child again and again, so that the others can be served.
 * A crash is laid to every model that ran at it; once one of them is refused, the crashes it took part in are explained and
 * no longer count for the others.
 */
export interface Quarantine {
  /** @throws RtError `model_unavailable`, not retryable, with `data.crashes` and `data.retryAfterMs`. */
  check(suspect: Suspect): void
  /** The child crashed while these ran. */
  crashed(running: readonly Suspect[]): void
  /** An answer ended well: nothing is held against the model any more. */
  answered(key: string): void
  /** Undefined while it is not refused. */
  state(key: string): QuarantineState | undefined
}

interface Crash {
  at: number
}

interface Entry {
  crashes: Crash[]
  /** Times it was refused. From the first on its crashes are kept, so that one more is enough. */
  rests: number
  until: number
}

const MINUTE_MS = 60_000

export const createQuarantine = ({
  engine,
  crashes: most = 3,
  windowMs = 10 * MINUTE_MS,
  restMs = 5 * MINUTE_MS,
  maxRestMs = 60 * MINUTE_MS,
  clock = systemClock,
}: QuarantineOptions): Quarantine => {
  const entries = new Map<string, Entry>()

  const forgetOld = (now: number): void => {
    for (const [key, entry] of entries) {
      if (entry.rests === 0) entry.crashes = entry.crashes.filter(({ at }) => now - at < windowMs)
      if (entry.rests === 0 ? entry.crashes.length === 0 : now - entry.until >= windowMs) entries.delete(key)
    }
  }
  const blame = (key: string, crash: Crash): Entry => {
    const entry = entries.get(key) ?? { crashes: [], rests: 0, until: 0 }
    entries.set(key, entry)
    entry.crashes.push(crash)
    return entry
  }
  const state = (key: string): QuarantineState | undefined => {
    const entry = entries.get(key)
    const retryAfterMs = Math.ceil((entry?.until ?? 0) - clock.monotonic())
    return entry && entry.rests > 0 && retryAfterMs > 0 ? { crashes: entry.crashes.length, retryAfterMs } : undefined
  }

  return {
    check({ id, key }) {
      const refused = state(key)
      if (refused) throw refusal(engine, id, refused)
    },
    crashed(running) {
      const now = clock.monotonic()
      forgetOld(now)
      const crash = { at: now }
      const suspects = [...new Set(running.map(({ key }) => key))].map((key) => blame(key, crash))
      const guilty = suspects.filter(({ crashes }) => crashes.length >= most)
      for (const entry of guilty) entry.until = now + Math.min(restMs * 2 ** entry.rests++, maxRestMs)
      const explained = new Set(guilty.flatMap(({ crashes }) => crashes))
      for (const entry of entries.values())
        if (entry.rests === 0) entry.crashes = entry.crashes.filter((one) => !explained.has(one))
    },
    answered: (key) => void entries.delete(key),
    state,
  }
}

const refusal = (engine: string, id: string, { crashes, retryAfterMs }: QuarantineState): RtError =>
  new RtError({
    code: 'model_unavailable',
    message: `the ${engine} crashed ${crashes} times while it ran the model ${id}, which is refused for now; other models are not.`,
    hint: `Try again in ${Math.ceil(retryAfterMs / 1000)} s. The file may be damaged, or need more memory than there is: fetch it again (rt rm, then rt pull), give it a smaller context, or see what rt doctor says.`,
    retryable: false,
    data: { model: id, crashes, retryAfterMs },
  })
