import { hash } from 'node:crypto'
import type { JsonObject, JsonValue } from '@rt/core'
import { canonicalJson } from '../../driver-kit/canonical-json.ts'
import { type FieldPath, parseDatetime } from '../../filter/index.ts'

/** Metadata in columns. The first four lists run side by side: one entry for each path, at every depth. */
export interface FlatMetadata {
  /** `pathKey` of each path. */
  keys: string[]
  numbers: (number | null)[]
  texts: (string | null)[]
  /** Of texts that are a date or date-time: milliseconds since 1970. */
  times: (number | null)[]
  /** `valueToken` of each path and `elementToken` of each element of an array. */
  tokens: string[]
}

/**
 * Lance has no column for values of any shape that could be filtered as `matchesFilter` does, so metadata is laid out
 * twice: as JSON, to be given back, and in these columns, of which every condition of a filter is a short expression.
 * Equality looks for a token, which an index can answer.
 */
export const flattenMetadata = (metadata: JsonObject): FlatMetadata => {
  const flat: FlatMetadata = { keys: [], numbers: [], texts: [], times: [], tokens: [] }
  const add = (path: FieldPath, value: JsonValue): void => {
    flat.keys.push(pathKey(path))
    flat.numbers.push(typeof value === 'number' ? value : null)
    flat.texts.push(typeof value === 'string' ? value : null)
    flat.times.push((typeof value === 'string' ? parseDatetime(value) : undefined) ?? null)
    flat.tokens.push(valueToken(path, value))
    if (Array.isArray(value)) for (const item of value) flat.tokens.push(elementToken(path, item))
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) add([...path, name], inner)
  }
  for (const [name, value] of Object.entries(metadata)) add([name], value)
  return flat
}

export const pathKey = (path: FieldPath): string => digest(JSON.stringify(path))

/** Stands for: at this path is this value, as a whole. */
export const valueToken = (path: FieldPath, value: JsonValue): string =>
  digest(`${JSON.stringify(path)}=${json(value)}`)

/** Stands for: at this path is an array with this element. */
export const elementToken = (path: FieldPath, item: JsonValue): string =>
  digest(`${JSON.stringify(path)}[${json(item)}`)

const json = (value: JsonValue): string => canonicalJson(value)

/** 132 bits, which no two values will ever share by chance, in letters that mean nothing to SQL. */
const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)
