type ReadHeader = (name: string) => string | null | undefined

/**
 * How long a refused caller shall wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date.
 * Undefined: it does not say, or says what makes no sense.
 */
export const readRetryAfter = (header: ReadHeader, now: number = Date.now()): number | undefined => {
  const after = header('retry-after')
  return toMs(header('retry-after-ms'), 1) ?? toMs(after, 1000) ?? msUntil(after, now)
}

/** From now to an HTTP date or an ISO one; 0 when it has passed. */
export const msUntil = (date: string | null | undefined, now: number): number | undefined => {
  // Date.parse takes much else for a date: `-5` is a year.
  if (!date || !/[a-z]{3}|\d{4}-\d\d-\d\dT/i.test(date)) return undefined
  const moment = Date.parse(date)
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now)
}

const toMs = (value: string | null | undefined, unit: number): number | undefined => {
  if (!value || !/^\d+(\.\d+)?(e\d+)?$/i.test(value.trim())) return undefined
  const ms = Math.round(Number(value) * unit)
  return Number.isSafeInteger(ms) ? ms : undefined
}
