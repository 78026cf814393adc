import { LOCAL, type ModelRequest } from '@rt/core'
import { createHash } from 'node:crypto'
import type { NearQuestion } from './near-question.ts'
import type { Route } from './route-call.ts'

/** Changes whenever the meaning of a key does. */
const VERSION = 1

type Asked = Pick<Route, 'id' | 'legs'>

/** Everything that decides about an answer, and whose it is. Ids of messages and the thread do not. */
export const cacheKey = (route: Asked, request: ModelRequest): string => `rt:cache:${hash(subjectOf(route, request))}`

/** Everything but the question. */
export const nearKey = (route: Asked, { rest, numbers }: NearQuestion): string =>
  `rt:near:${hash({ ...subjectOf(route, rest), numbers })}`

const subjectOf = (route: Asked, request: ModelRequest): object => {
  const { messages, principal = LOCAL, cacheKey: _thread, ...rest } = request
  return {
    v: VERSION,
    model: route.id,
    legs: route.legs.map(({ id }) => id),
    principal,
    messages: messages.map(({ role, parts }) => ({ role, parts })),
    ...rest,
  }
}

const hash = (subject: object): string => createHash('sha256').update(canonical(subject)).digest('hex')

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
