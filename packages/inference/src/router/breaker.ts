import type { Clock } from '@rt/core'

export interface BreakerOptions {
  /** Failures in a row that open it. Default 5. */
  failures?: number
  /** How long it stays open before one call may try. Doubles each time that fails. Default 10,000. */
  openMs?: number
  /** Longest it stays open. Default 300,000. */
  maxOpenMs?: number
}

/**
 * Keeps calls from a leg that fails again and again, or asked to be left alone. Half open, one call tries and the others go to the next leg at once.
 *
 * Not cockatiel's: that one reads the wall clock, wraps a function that ends (not a stream that is judged by its first
 * part), and lets other calls wait for the one that tries, where a route has better things to do.
 */
export interface Breaker {
  /** Asks for a pass; undefined while it is open. Each pass is given back with exactly one outcome. */
  enter(): BreakerPass | undefined
  /** Until a call may try; 0 when one may now. */
  readonly waitMs: number
}

export interface BreakerPass {
  /** It answers, but may yet fail: one that tried lets others in, and the next failure opens it again. */
  begun(): void
  success(): void
  /** @param restMs how long the leg asked to be left alone. */
  failure(restMs?: number): void
  /** It says nothing about the leg: the caller gave up, or the request was wrong. */
  none(): void
}

export const createBreaker = (
  { failures = 5, openMs = 10_000, maxOpenMs = 300_000 }: BreakerOptions,
  clock: Clock,
): Breaker => {
  let failed = 0
  let opened = 0
  let openUntil = 0
  let restUntil = 0
  let probing = false
  const waitMs = (): number => Math.max(0, Math.max(openUntil, restUntil) - clock.monotonic())
  const isClosed = (): boolean => opened === 0

  const open = (): void => {
    openUntil = clock.monotonic() + Math.min(openMs * 2 ** opened, maxOpenMs)
    opened++
  }
  return {
    get waitMs() {
      return waitMs()
    },
    enter() {
      let probe = !isClosed()
      if (waitMs() > 0 || (probe && probing)) return undefined
      if (probe) probing = true
      const leave = (): void => {
        if (probe) probing = false
      }
      return {
        begun() {
          if (!probe) return
          leave()
          probe = false
          failed = failures - 1
          opened = openUntil = 0
        },
        success() {
          leave()
          // A call from before it opened that ends well late does not close it.
          if (!probe && !isClosed()) return
          failed = opened = openUntil = 0
        },
        failure(restMs = 0) {
          leave()
          failed++
          restUntil = Math.max(restUntil, clock.monotonic() + Math.min(restMs, maxOpenMs))
          if (probe || (isClosed() && failed >= failures)) open()
        },
        none: leave,
      }
    },
  }
}
