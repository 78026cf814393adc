const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** Timers take no more than about 596 hours, and fire at once for it. */
const LONGEST = 500 * UNITS['h']!

/** `60s`, `1.5m`, `500ms`, `1h`. */
export const DURATION: RegExp = /^\d+(?:\.\d+)? ?(?:ms|s|m|h)$/

/** Whether a text is a time that can be waited for. */
export const isDuration = (text: string): boolean =>
  DURATION.test(text) && toMilliseconds(text) >= 1 && toMilliseconds(text) <= LONGEST

/** Milliseconds of a text that DURATION matches. */
export const toMilliseconds = (text: string): number =>
  Math.round(Number.parseFloat(text) * UNITS[/[a-z]+$/.exec(text)![0]]!)

/** How long something stays: a time, `0` for not at all, `forever` or `-1`. */
export const KEEP_ALIVE: RegExp = /^(?:0|-1|forever|\d+(?:\.\d+)? ?(?:ms|s|m|h))$/

/** Milliseconds of a text that KEEP_ALIVE matches. */
export const toKeepAliveMs = (text: string): number => {
  if (text === '0') return 0
  const ms = text === 'forever' || text === '-1' ? Infinity : toMilliseconds(text)
  return ms > LONGEST ? Infinity : ms
}
