import type { StreamPart } from '@rt/core'
import { failSafe } from './fail-safe.ts'

/** Answers, and whether any is under way. */
export interface Answers {
  /** A stream that never throws. It is under way from its first part that is asked for to its end. */
  open(make: () => Promise<AsyncIterable<StreamPart>>): AsyncIterableIterator<StreamPart>
  /** When none is under way, or after `mostMs`. */
  idle(mostMs: number): Promise<void>
}

export const createAnswers = (): Answers => {
  let running = 0
  let waiting: (() => void)[] = []
  const ended = (): void => {
    if (--running > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return {
    open(make) {
      let begun = false
      return failSafe(
        () => {
          begun = true
          running++
          return make()
        },
        () => begun && ended(),
      )
    },
    idle: (mostMs) =>
      new Promise((resolve) => {
        if (running === 0) return resolve()
        const timer = setTimeout(resolve, mostMs).unref()
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}
