import type { JsonSchema } from '@rt/core'
import { allSchemas, mapSubschemas } from './walk-schema.ts'

/**
 * The schema without patterns that cannot be checked. What is left accepts all that the whole accepted: where less said
 * inside would mean more said outside (`not`, `if`, `oneOf`), that goes too.
 */
export const relaxPatterns = (root: JsonSchema, isChecked: (pattern: string) => boolean): JsonSchema => {
  const isTouched = (schema: unknown): boolean => typeof schema === 'object' && schema !== null && touches(schema)
  const touches = (schema: object): boolean =>
    [...allSchemas(schema as JsonSchema)].some(
      (inner) => '$ref' in inner || '$dynamicRef' in inner || patternsOf(inner).some((pattern) => !isChecked(pattern)),
    )
  const relax = (schema: JsonSchema): JsonSchema => {
    // What is evaluated depends on what was dropped.
    const { unevaluatedItems: _, unevaluatedProperties: __, ...relaxed } = mapSubschemas(schema, relax)
    if (typeof schema['pattern'] === 'string' && !isChecked(schema['pattern'])) delete relaxed['pattern']
    if (schema['patternProperties'])
      relaxed['patternProperties'] = Object.fromEntries(
        // Its properties stay known, with any value.
        Object.entries(relaxed['patternProperties'] as object).flatMap(([pattern, inner]): [string, unknown][] =>
          isChecked(pattern) ? [[pattern, inner]] : [['', true]],
        ),
      )
    if (isTouched(schema['not'])) delete relaxed['not']
    if (isTouched(schema['contains'])) delete relaxed['maxContains']
    if (isTouched(schema['if'])) for (const keyword of ['if', 'then', 'else']) delete relaxed[keyword]
    if (Array.isArray(schema['oneOf']) && schema['oneOf'].some(isTouched)) {
      const { oneOf, ...rest } = relaxed
      return rest['anyOf']
        ? { ...rest, allOf: [...listOf(rest['allOf']), { anyOf: oneOf }] }
        : { ...rest, anyOf: oneOf }
    }
    return relaxed
  }
  return relax(root)
}

/** Every regular expression the schema holds directly. */
export const patternsOf = ({ pattern, patternProperties }: JsonSchema): string[] => [
  ...(typeof pattern === 'string' ? [pattern] : []),
  ...Object.keys(typeof patternProperties === 'object' && patternProperties !== null ? patternProperties : {}),
]

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
