type ReadHeader = (name: string) => string | null | undefined

/**
 * How long a refused caller shall wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as an HTTP
 * date. Undefined: it does not say, or says what makes no sense.
 */
export const readRetryAfter = (header: ReadHeader, now: number = Date.now()): number | undefined => {
  const exact = toMs(header('retry-after-ms'), 1)
  if (exact !== undefined) return exact
  const value = header('retry-after')?.trim()
  const seconds = toMs(value, 1000)
  if (seconds !== undefined) return seconds
  // Only what has a month's name is a date: Date.parse takes `-5` for one, too.
  const date = value && /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const toMs = (value: string | null | undefined, unit: number): number | undefined => {
  if (!value || !/^\d+(\.\d+)?(e\d+)?$/i.test(value.trim())) return undefined
  const ms = Math.round(Number(value) * unit)
  return Number.isSafeInteger(ms) ? ms : undefined
}
