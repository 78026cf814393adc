import type { RtError } from '@rt/core'

export interface RetryOptions {
  /** Times one leg is asked, the first included. Default 3. */
  attempts?: number
  /** Longest wait before the first retry; doubles with each. The wait is drawn from 0 to that (full jitter). Default 500. */
  baseMs?: number
  /** Where the doubling ends. Default 8,000. */
  maxMs?: number
  /** A leg that asks for a longer wait than this is left at once. Default 10,000. */
  retryAfterCapMs?: number
  /** No retry begins later than this after the call did. It does not cut an attempt that runs. Default 60,000. */
  deadlineMs?: number
}

export const RETRY_DEFAULTS: Required<RetryOptions> = {
  attempts: 3,
  baseMs: 500,
  maxMs: 8000,
  retryAfterCapMs: 10_000,
  deadlineMs: 60_000,
}

/**
 * Milliseconds until the next try of the same leg; undefined = leave it. What the leg asked for is the least: the jitter
 * comes on top, so that all who were told the same do not come back together.
 *
 * @param attempt 1 for the one that failed first.
 */
export const retryWait = (
  error: RtError,
  { attempt, elapsedMs, random }: { attempt: number; elapsedMs: number; random: () => number },
  { attempts, baseMs, maxMs, retryAfterCapMs, deadlineMs }: Required<RetryOptions>,
): number | undefined => {
  if (attempt >= attempts) return undefined
  const asked = retryAfterMs(error)
  if (asked > retryAfterCapMs) return undefined
  const wait = asked + random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1))
  return elapsedMs + wait > deadlineMs ? undefined : wait
}

/** What a 429 or 503 asked for; 0 when it did not, or absurdly. */
export const retryAfterMs = (error: RtError): number => {
  const asked = error.data?.['retryAfterMs']
  return typeof asked === 'number' && asked > 0 ? asked : 0
}

/** How long a leg asked to be left alone, when that is too long to wait for it; else 0. */
export const restMs = (error: RtError, { retryAfterCapMs }: Required<RetryOptions>): number => {
  const asked = retryAfterMs(error)
  return asked > retryAfterCapMs ? asked : 0
}
