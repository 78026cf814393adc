import { RtError } from '../errors/rt-error.ts'
import type { JsonSchema } from './json.ts'
import type { SchemaWithJson, StandardSchema } from './standard-schema.ts'

/** Which command adds JSON Schema to a library whose Standard Schema lacks it. */
const ADAPTERS: Record<string, string> = {
  valibot: 'wrap it with toStandardJsonSchema() of @valibot/to-json-schema',
  zod: 'update zod to 4.2 or later',
  arktype: 'update arktype to 2.1.28 or later',
}

/**
 * The JSON Schema (draft 2020-12) of a schema: of what goes in, or of what comes out.
 *
 * @throws RtError `schema_unsupported` when the library gives none; the hint says what to do.
 */
export const toJsonSchema = (
  schema: StandardSchema | SchemaWithJson,
  side: 'input' | 'output' = 'input',
): JsonSchema => {
  if ('jsonSchema' in schema) return schema.jsonSchema
  const { vendor, jsonSchema } = schema['~standard']
  if (!jsonSchema)
    throw new RtError({
      code: 'schema_unsupported',
      message: `the ${vendor} schema has no JSON Schema, and a model needs one.`,
      hint: `${ADAPTERS[vendor] ?? 'Pass an explicit { jsonSchema }'}, or pass { jsonSchema } instead.`,
    })
  try {
    return jsonSchema[side]({ target: 'draft-2020-12' })
  } catch (cause) {
    throw new RtError({
      code: 'schema_unsupported',
      message: `the ${vendor} schema cannot be said in JSON Schema: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Use what JSON has (texts, numbers, lists, objects), or pass { jsonSchema, validate }.',
      cause,
    })
  }
}
