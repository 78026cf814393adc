import type { JsonSchema } from '@rt/core'

/** A small JSON Schema validator for the supported keywords; undefined = valid, else what is wrong. */
export const validate = (schema: JsonSchema | true, value: unknown, path: string = '$'): string | undefined => {
  if (schema === true) return undefined
  const { type, required = [], items, enum: listed } = schema as Record<string, never>
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>
  const text = JSON.stringify(value)
  if ('const' in schema) return text === JSON.stringify(schema['const']) ? undefined : `${path}: not the const`
  if (listed && !(listed as unknown[]).some((one) => JSON.stringify(one) === text)) return `${path}: not in the enum`
  const types: string[] = type === undefined ? [] : [type].flat()
  if (types.length && !types.some((name) => is(name, value))) return `${path}: ${text} is no ${types.join(' or ')}`
  if (typeof value === 'string' && !listed && !value.isWellFormed()) return `${path}: a lone surrogate`
  if (typeof value === 'string') return range(schema, 'minLength', 'maxLength', Array.from(value).length, path)
  if (Array.isArray(value))
    return (
      range(schema, 'minItems', 'maxItems', value.length, path) ??
      first(value.map((item, i) => validate(items ?? true, item, `${path}[${i}]`)))
    )
  if (typeof value !== 'object' || value === null) return undefined
  const keys = Object.keys(value)
  const missing = (required as string[]).find((key) => !keys.includes(key))
  if (missing) return `${path}: ${missing} is missing`
  const free = (schema['properties'] ?? schema['additionalProperties']) === undefined
  const extra = keys.find((key) => !free && !Object.hasOwn(properties, key))
  if (extra !== undefined) return `${path}: ${extra} is not declared`
  return first(Object.entries(value).map(([key, inner]) => validate(properties[key] ?? true, inner, `${path}.${key}`)))
}

const first = (found: (string | undefined)[]): string | undefined => found.find((error) => error !== undefined)

const is = (type: string, value: unknown): boolean => {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isSafeInteger(value)
  if (type === 'number') return Number.isFinite(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

const range = (schema: JsonSchema, min: string, max: string, size: number, path: string): string | undefined => {
  const low = (schema[min] as number | undefined) ?? 0
  const high = (schema[max] as number | undefined) ?? 512
  return size >= low && size <= high ? undefined : `${path}: ${size} is outside ${low}..${high}`
}
