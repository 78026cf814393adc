import type { JsonSchema, OutputFormat } from '@rt/core'
import { isObject } from './to-error.ts'

/**
 * Whether OpenAI's strict mode takes a schema: all objects are closed and all of their properties required. Another one
 * would be refused, so it is sent as a wish.
 */
export const isStrict = (schema: unknown): boolean => {
  if (Array.isArray(schema)) return schema.every(isStrict)
  if (!isObject(schema)) return true
  const { properties, required, additionalProperties } = schema
  if (isObject(properties)) {
    const names = Object.keys(properties)
    if (additionalProperties !== false) return false
    if (!Array.isArray(required) || names.some((name) => !required.includes(name))) return false
    if (!Object.values(properties).every(isStrict)) return false
  } else if (schema['type'] === 'object') return false
  return ['items', 'anyOf', '$defs', 'definitions'].every((key) => {
    const inner = schema[key]
    return key.endsWith('s') && isObject(inner) ? Object.values(inner).every(isStrict) : isStrict(inner)
  })
}

export const schemaName = (output: OutputFormat & { type: 'json' }): string =>
  (output.name ?? 'answer').replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'answer'

/** A schema in words, for an API that takes none. */
export const schemaInWords = (schema: JsonSchema | undefined): string =>
  schema
    ? `Answer with one JSON object and nothing else. It must match this JSON Schema: ${JSON.stringify(schema)}`
    : 'Answer with one JSON object and nothing else.'
