import { hash } from 'node:crypto'
import type { JsonValue, Principal } from '@rt/core'

/** SHA-256 of tool, arguments and principal: an approval holds for exactly these. */
export const callHash = (name: string, args: JsonValue, principal: Principal): string =>
  hash('sha256', `${callKey(name, args)}\n${principal}`)

/** The same text for the same call, in whatever order its arguments are written. */
export const callKey = (name: string, args: JsonValue): string => JSON.stringify([name, sorted(args)])

const sorted = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
