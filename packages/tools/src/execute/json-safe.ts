import type { JsonValue } from '@rt/core'

const MAX_DEPTH = 64
const encoder = new TextEncoder()

/** Of a result, where its tool says nothing. */
export const MAX_RESULT_BYTES: number = 64 * 1024

export interface JsonSafe {
  value: JsonValue
  /** Something did not fit and was replaced by a marker. */
  cut: boolean
  /** What it takes, as `maxBytes` counts. */
  bytes: number
}

/**
 * Any value as JSON, in bounded time: cycles, depth, throwing getters and sheer size end in a marker text instead.
 * Numbers keep JSON's rules (NaN is null), a BigInt becomes a number when exact and else a string, Map, Set, Date and
 * Error become what one expects, bytes a note, and functions, symbols and undefined disappear as in JSON.stringify.
 *
 * @param maxBytes UTF-8 bytes of texts and keys, with one byte for every other value; escapes are not counted.
 */
export const toJsonSafe = (input: unknown, maxBytes: number): JsonSafe => {
  let left = maxBytes
  let cut = false
  const above: object[] = []

  const marker = (text: string): string => {
    cut = true
    return `[${text}]`
  }
  const takeText = (text: string): string => {
    // The usual text fits whatever its characters are: none takes more than three bytes a unit.
    if (text.length * 3 <= left) {
      left -= Buffer.byteLength(text) + 2
      return text
    }
    const bytes = Math.max(0, Math.min(left, text.length * 3))
    const { read, written } = encoder.encodeInto(text.slice(0, Math.max(left, 0)), new Uint8Array(bytes))
    left -= written + 2
    return read === text.length ? text : text.slice(0, read) + marker(`cut: ${read} of ${text.length} characters kept`)
  }
  const list = (items: Iterable<unknown>, size: number): JsonValue[] => {
    const out: JsonValue[] = []
    for (const item of items) {
      if (left <= 0) return [...out, marker(`cut: ${size - out.length} more items`)]
      out.push(convert(item) ?? null)
    }
    return out
  }
  const record = (entries: Iterable<[string, unknown]>): JsonValue => {
    const out: [string, JsonValue][] = []
    for (const [key, inner] of entries) {
      if (left <= 0) {
        out.push(['…', marker('cut: more properties')])
        break
      }
      const value = convert(inner)
      if (value !== undefined) out.push([takeText(key), value])
    }
    return Object.fromEntries(out) // Defines own properties: a `__proto__` key stays data.
  }
  const nested = (object: object): JsonValue | undefined => {
    if (object instanceof Date) return Number.isNaN(object.getTime()) ? null : object.toISOString()
    if (object instanceof Error) return record(Object.entries({ name: object.name, message: object.message }))
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return `[${object.byteLength} bytes]`
    if (object instanceof RegExp) return takeText(String(object))
    if ('toJSON' in object && typeof object.toJSON === 'function') return convert(object.toJSON())
    if (Array.isArray(object)) return list(object, object.length)
    if (object instanceof Set) return list(object, object.size)
    if (object instanceof Map) return record(mapEntries(object))
    return record(properties(object))
  }
  const convert = (value: unknown): JsonValue | undefined => {
    left--
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return takeText(value)
    if (typeof value === 'number') return Number.isFinite(value) ? value : null
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : takeText(String(value))
    if (typeof value !== 'object') return undefined
    if (above.includes(value)) return marker('circular')
    if (above.length >= MAX_DEPTH) return marker('too deep')
    above.push(value)
    try {
      return nested(value)
    } catch {
      return marker('unreadable')
    } finally {
      above.pop()
    }
  }
  const value = convert(input) ?? null
  return { value, cut, bytes: maxBytes - left }
}

function* mapEntries(map: ReadonlyMap<unknown, unknown>): Generator<[string, unknown]> {
  for (const [key, value] of map) yield [String(key), value]
}

/** Own enumerable properties, read one by one: a getter may throw. */
function* properties(object: object): Generator<[string, unknown]> {
  for (const key of Object.keys(object)) {
    let value: unknown
    try {
      value = (object as Record<string, unknown>)[key]
    } catch {
      value = '[unreadable]'
    }
    yield [key, value]
  }
}
