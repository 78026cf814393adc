import { type JsonValue, RtError } from '@rt/core'

/** SQLite refuses JSON nested deeper than 1,000; nobody needs a tenth of it. */
const MAX_DEPTH = 64

/**
 * JSON with sorted keys, so that equal values are equal text and a filter can compare arrays and objects as text.
 * Keys with the value undefined are left out, as JSON.stringify does.
 *
 * @throws RtError `invalid_request` saying where a value is not JSON (NaN, a function, a Date, a cycle); the caller names the record.
 */
export const canonicalJson = (value: unknown): string => write(value as JsonValue, '$', 0)

const write = (value: JsonValue, path: string, depth: number): string => {
  if (depth > MAX_DEPTH) throw notJson(`${path.slice(0, 80)}… is nested deeper than ${MAX_DEPTH} levels`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value))
    return `[${value.map((item, index) => write(item, `${path}[${index}]`, depth + 1)).join(',')}]`
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.keys(value)
      .filter((key) => (value[key] as unknown) !== undefined)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${write(value[key]!, `${path}.${key}`, depth + 1)}`)
    return `{${entries.join(',')}}`
  }
  throw notJson(`${path} is ${describe(value)}, which JSON cannot carry`)
}

const notJson = (message: string): RtError => new RtError({ code: 'invalid_request', message })

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

const describe = (value: unknown): string =>
  typeof value === 'object' && value !== null ? `a ${value.constructor.name}` : `${typeof value} ${String(value)}`
