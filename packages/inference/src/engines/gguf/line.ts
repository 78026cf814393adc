import { abortError, type Clock, RtError, systemClock } from '@rt/core'

/** Lets so many in at once; the others wait in order. */
export interface Line {
  /**
   * Resolves, with the way out, when it is this one's turn.
   *
   * @throws RtError `overloaded` with `data.retryAfterMs` when the line is full, `aborted`.
   */
  enter(signal: AbortSignal): Promise<() => void>
  /** From now on fewer are let in. */
  narrow(width: number): void
  state(): { inside: number; waiting: number }
}

export interface LineOptions {
  width: number
  maxWaiting?: number | undefined
  clock?: Pick<Clock, 'monotonic'>
}

/** Weight of the newest stay in the mean. */
const NEWEST = 0.2
/** Before anybody left, it is not known how long a stay takes. */
const FIRST_GUESS_MS = 1000

export const createLine = ({ width, maxWaiting = 64, clock = systemClock }: LineOptions): Line => {
  const waiting: (() => void)[] = []
  let inside = 0
  let meanStay: number | undefined

  const letIn = (): (() => void) => {
    inside++
    const entered = clock.monotonic()
    let left = false
    return () => {
      if (left) return
      left = true
      inside--
      const stay = clock.monotonic() - entered
      meanStay = meanStay === undefined ? stay : meanStay + NEWEST * (stay - meanStay)
      callNext()
    }
  }
  const callNext = (): void => {
    while (inside < width && waiting.length) waiting.shift()!()
  }
  const overloaded = (): RtError => {
    const retryAfterMs = Math.ceil(((meanStay ?? FIRST_GUESS_MS) * (waiting.length + 1)) / width)
    return new RtError({
      code: 'overloaded',
      message: `the model answers ${width} requests at once and ${waiting.length} more are waiting.`,
      hint: `Try again in ${Math.ceil(retryAfterMs / 1000)} s, or load the model with more \`sequences\`.`,
      data: { sequences: width, waiting: waiting.length, retryAfterMs },
    })
  }

  return {
    async enter(signal) {
      if (signal.aborted) throw abortError(signal)
      if (inside < width && waiting.length === 0) return letIn()
      if (waiting.length >= maxWaiting) throw overloaded()
      const leave = await new Promise<() => void>((resolve, reject) => {
        const called = (): void => {
          signal.removeEventListener('abort', giveUp)
          resolve(letIn())
        }
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(called), 1)
          reject(abortError(signal))
        }
        waiting.push(called)
        signal.addEventListener('abort', giveUp, { once: true })
      })
      if (!signal.aborted) return leave
      leave()
      throw abortError(signal)
    },
    narrow(to) {
      width = to
    },
    state: () => ({ inside, waiting: waiting.length }),
  }
}
