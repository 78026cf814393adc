import type { Path } from './locate-keys.ts'
import { shownValue, visible } from './shown.ts'

/** A table in brackets, a key with its value: as a person finds it in the file. */
export const describePlace = (path: Path, value: unknown): string => {
  const names = path.filter((part) => typeof part === 'string')
  if (isTables(value)) return `[[${dottedKey(names)}]]`
  if (isTable(value)) return `[${dottedKey(names)}]`
  const table = dottedKey(names.slice(0, -1))
  return `${table && `[${table}] `}${dottedKey(names.slice(-1))} = ${shownValue(path, value)}`
}

/** A path as TOML has it: `engine.models."./models/gte".pooling`. */
export const dottedKey = (path: Path): string => path.map(String).map(written).join('.')

/** The value at a path of a parsed file. */
export const valueAt = (root: unknown, path: Path): unknown => {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}

export const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

const isTables = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isTable)

/** A key as it must be written: in quotes unless it is bare. */
const written = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? name : `"${visible(name)}"`)
