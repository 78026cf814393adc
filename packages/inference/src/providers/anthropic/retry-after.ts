/**
 * How long a server asks to wait, ms: `retry-after-ms`, `retry-after` in seconds or as a date, else until the limit that
 * is used up starts anew. Undefined: it does not say, or says nonsense.
 */
export const retryAfterMs = (headers: Headers | undefined, now: number): number | undefined => {
  if (!headers) return undefined
  const after = headers.get('retry-after')
  return (
    number(headers.get('retry-after-ms'), 1) ?? number(after, 1000) ?? until(after, now) ?? untilReset(headers, now)
  )
}

const number = (text: string | null, scale: number): number | undefined => {
  if (!text || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  const value = Math.round(Number(text) * scale)
  return Number.isSafeInteger(value) ? value : undefined
}

/** Dates only: JavaScript takes `-5` for a year. */
const until = (text: string | null, now: number): number | undefined => {
  if (!text || !/\d{4}/.test(text) || !/:/.test(text)) return undefined
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now)
}

const untilReset = (headers: Headers, now: number): number | undefined => {
  const waits = [...headers].flatMap(([name, value]) => {
    const limit = /^(anthropic-ratelimit-.+)-remaining$/.exec(name)?.[1]
    const wait = limit && value.trim() === '0' ? until(headers.get(`${limit}-reset`), now) : undefined
    return wait === undefined ? [] : [wait]
  })
  return waits.length > 0 ? Math.max(...waits) : undefined
}
