const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `60s`, `1.5m`, `500ms`, `1h`. */
export const DURATION: RegExp = /^\d+(?:\.\d+)? ?(?:ms|s|m|h)$/

/** Milliseconds of a text that DURATION matches. */
export const toMilliseconds = (text: string): number =>
  Math.round(Number.parseFloat(text) * UNITS[/[a-z]+$/.exec(text)![0]]!)
