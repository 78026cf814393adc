import { abortable, RtError } from '@rt/core'

/** Lets so many work at a time; the others wait in the order they came. */
export interface WaitingLine {
  readonly waiting: number
  readonly running: number
  /** @throws RtError `overloaded` when too many wait, or `aborted`. */
  enter(signal: AbortSignal): Promise<Disposable>
}

const MOST_WAITING = 64

export const createWaitingLine = (places: number): WaitingLine => {
  let running = 0
  const line: (() => void)[] = []
  /** A place goes straight to the first who waits: nobody can slip in between. */
  const leave = (): void => {
    const next = line.shift()
    if (next) next()
    else running--
  }
  return {
    get waiting() {
      return line.length
    },
    get running() {
      return running
    },
    async enter(signal) {
      if (running < places) running++
      else await wait(line, signal, leave)
      let left = false
      return {
        [Symbol.dispose]() {
          if (!left) leave()
          left = true
        },
      }
    },
  }
}

const wait = async (line: (() => void)[], signal: AbortSignal, leave: () => void): Promise<void> => {
  if (line.length >= MOST_WAITING)
    throw new RtError({
      code: 'overloaded',
      message: `${line.length} requests wait for the model already.`,
      hint: 'Try again in a few seconds.',
      data: { retryAfterMs: 5000 },
    })
  const turn = Promise.withResolvers<void>()
  line.push(turn.resolve)
  try {
    await abortable(turn.promise, signal)
  } catch (error) {
    const at = line.indexOf(turn.resolve)
    if (at >= 0) line.splice(at, 1)
    // Its turn came together with the abort.
    else leave()
    throw error
  }
}
