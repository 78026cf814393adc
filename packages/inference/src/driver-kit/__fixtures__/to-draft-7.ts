import type { JsonObject, JsonSchema, JsonValue } from '@rt/core'

/** A schema of 2020-12 said in the words of draft-07, keywords that draft-07 lacks apart. */
export const toDraft7 = (schema: JsonSchema): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...(convert(schema as JsonObject) as JsonObject),
})

/** Keywords whose values are values, or texts: nothing in them is a schema. */
const PLAIN = new Set(['enum', 'const', 'required', 'type', 'pattern', 'format'])
/** Keywords whose values are schemas by names of somebody's choice. */
const NAMED = new Set(['properties', 'patternProperties', '$defs'])

const convert = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  const { prefixItems, items, dependentRequired, dependentSchemas, $defs, ...rest } = value
  const tuple: JsonObject =
    prefixItems === undefined
      ? { ...(items !== undefined && { items: convert(items) }) }
      : { items: convert(prefixItems), ...(items !== undefined && { additionalItems: convert(items) }) }
  const needs = { ...(dependentRequired as JsonObject | undefined), ...(dependentSchemas as JsonObject | undefined) }
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([keyword, inner]) => {
        if (keyword === '$ref') return [keyword, (inner as string).replace('#/$defs/', '#/definitions/')]
        if (PLAIN.has(keyword)) return [keyword, inner]
        return [keyword, NAMED.has(keyword) ? named(inner as JsonObject) : convert(inner)]
      }),
    ),
    ...tuple,
    ...(Object.keys(needs).length > 0 && { dependencies: needs }),
    ...($defs !== undefined && { definitions: named($defs as JsonObject) }),
  }
}

const named = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]))
