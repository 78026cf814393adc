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
 * The JSON Schema (draft 2020-12, input side) of a schema.
 *
 * @throws RtError `schema_unsupported` when the library gives none; the hint names the adapter to install.
 */
export const toJsonSchema = (schema: StandardSchema | SchemaWithJson): JsonSchema => {
  if ('jsonSchema' in schema) return schema.jsonSchema
  const standard = schema['~standard']
  if (standard.jsonSchema) return standard.jsonSchema.input({ target: 'draft-2020-12' })
  throw new RtError({
    code: 'schema_unsupported',
    message: `the ${standard.vendor} schema has no JSON Schema, and a model needs one.`,
    hint: `${ADAPTERS[standard.vendor] ?? 'Pass an explicit { jsonSchema }'}, or pass { jsonSchema } instead.`,
  })
}
