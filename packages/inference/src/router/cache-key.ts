import { LOCAL, type ModelRequest } from '@rt/core'
import { createHash } from 'node:crypto'
import type { Route } from './route-call.ts'

/** Changes whenever the meaning of a key does. */
const VERSION = 1

/** Everything that decides about an answer, and whose it is. Ids of messages and the thread do not. */
export const cacheKey = (route: Pick<Route, 'id' | 'legs'>, request: ModelRequest): string => {
  const { messages, principal = LOCAL, cacheKey: _thread, ...rest } = request
  const subject = {
    v: VERSION,
    model: route.id,
    legs: route.legs.map(({ id }) => id),
    principal,
    messages: messages.map(({ role, parts }) => ({ role, parts })),
    ...rest,
  }
  return `rt:cache:${createHash('sha256').update(canonical(subject)).digest('hex')}`
}

/** JSON with sorted keys, without what is undefined; bytes by their hash. */
const canonical = (value: unknown): string => {
  if (value instanceof Uint8Array) return `bytes:${createHash('sha256').update(value).digest('hex')}`
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}
