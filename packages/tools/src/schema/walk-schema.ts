import type { JsonSchema } from '@rt/core'

/** Where a schema holds schemas; anything else in it (`enum`, `default`) is data, whatever it looks like. */
const ONE =
  'not if then else items additionalItems unevaluatedItems contains additionalProperties unevaluatedProperties propertyNames'
const LIST = 'allOf anyOf oneOf prefixItems'
const MAP = 'properties patternProperties dependentSchemas dependencies $defs definitions'

const PLACES: ReadonlyMap<string, 'one' | 'map'> = new Map([
  ...`${ONE} ${LIST}`.split(' ').map((keyword) => [keyword, 'one'] as const),
  ...MAP.split(' ').map((keyword) => [keyword, 'map'] as const),
])

/** The same schema with each schema directly below it changed. */
export const mapSubschemas = (schema: JsonSchema, change: (inner: JsonSchema) => JsonSchema): JsonSchema => {
  const one = (value: unknown): unknown => (isObject(value) ? change(value) : value)
  const changed: JsonSchema = { ...schema }
  for (const [keyword, value] of Object.entries(schema)) {
    const place = PLACES.get(keyword)
    if (!place) continue
    if (Array.isArray(value)) changed[keyword] = value.map(one)
    else if (place === 'map' && isObject(value))
      changed[keyword] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, one(inner)]))
    else changed[keyword] = one(value)
  }
  return changed
}

/** The schema and all below it, each object once. References are not followed. */
export function* allSchemas(root: JsonSchema): Generator<JsonSchema> {
  const seen = new Set<JsonSchema>()
  const open = [root]
  for (let schema = open.pop(); schema; schema = open.pop()) {
    if (seen.has(schema)) continue
    seen.add(schema)
    yield schema
    mapSubschemas(schema, (inner) => {
      open.push(inner)
      return inner
    })
  }
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
