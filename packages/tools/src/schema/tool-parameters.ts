import { type JsonSchema, RtError, type SchemaWithJson, type StandardSchema, toJsonSchema } from '@rt/core'
import { allSchemas } from './walk-schema.ts'

/**
 * The object schema a model sees for a tool: without `$schema`, with `type: 'object'` at the root.
 *
 * @throws RtError `schema_unsupported` when the root is no object, or a `$ref` leaves the schema.
 */
export const toolParameters = (schema: StandardSchema | SchemaWithJson, name: string): JsonSchema => {
  const { $schema: _, ...parameters } = toJsonSchema(schema)
  if (Object.keys(parameters).length === 0) return { type: 'object', properties: {} }
  if (parameters['type'] === undefined && parameters['properties']) parameters['type'] = 'object'
  if (parameters['type'] !== 'object')
    throw new RtError({
      code: 'schema_unsupported',
      message: `the inputSchema of ${name} is not an object schema (type: ${JSON.stringify(parameters['type'])}).`,
      hint: 'Wrap it in an object, e.g. z.object({ value: ... }).',
    })
  const remote = findRemoteReference(parameters)
  if (remote)
    throw new RtError({
      code: 'schema_unsupported',
      message: `the inputSchema of ${name} refers to ${remote}, and remote schemas are never fetched.`,
      hint: 'Copy it into $defs and refer to it as #/$defs/<name>.',
    })
  return parameters
}

const findRemoteReference = (root: JsonSchema): string | undefined => {
  for (const schema of allSchemas(root))
    for (const reference of [schema['$ref'], schema['$dynamicRef']])
      if (typeof reference === 'string' && !reference.startsWith('#')) return reference
  return undefined
}
