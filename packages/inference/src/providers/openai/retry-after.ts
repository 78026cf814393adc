/** How long a refusal asks to wait, in milliseconds; undefined when it says nothing that makes sense. */
export const retryAfterMs = (headers: Headers, now: number = Date.now()): number | undefined => {
  const ms = toNumber(headers.get('retry-after-ms'))
  if (ms !== undefined) return Math.round(ms)
  const after = headers.get('retry-after')
  const seconds = toNumber(after)
  if (seconds !== undefined) return Math.round(seconds * 1000)
  // An HTTP date begins with its weekday; Date.parse takes much else for a date.
  if (!after || !/^[A-Z][a-z]{2}/.test(after)) return undefined
  const at = Date.parse(after)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

const toNumber = (text: string | null): number | undefined => {
  if (!text || !/^\d+(\.\d+)?$/.test(text.trim())) return undefined
  const value = Number(text)
  return Number.isSafeInteger(Math.round(value * 1000)) ? value : undefined
}
