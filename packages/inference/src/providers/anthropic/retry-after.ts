import { msUntil, readRetryAfter } from '../../driver-kit/retry-after.ts'

/** How long a server asks to wait, ms: as any API says it, else until the limit that is used up starts anew. */
export const retryAfterMs = (headers: Headers | undefined, now: number): number | undefined =>
  headers && (readRetryAfter((name) => headers.get(name), now) ?? untilReset(headers, now))

const untilReset = (headers: Headers, now: number): number | undefined => {
  const waits = [...headers].flatMap(([name, value]) => {
    const limit = /^(anthropic-ratelimit-.+)-remaining$/.exec(name)?.[1]
    const wait = limit && value.trim() === '0' ? msUntil(headers.get(`${limit}-reset`), now) : undefined
    return wait === undefined ? [] : [wait]
  })
  return waits.length > 0 ? Math.max(...waits) : undefined
}
