import type { JsonSchema, SchemaWithJson } from '@rt/core'

/** The schema of a tool's arguments: an object of these keys and no others. */
export const objectSchema = <Input>(
  properties: Record<keyof Input & string, JsonSchema>,
  required: (keyof Input & string)[] = [],
): SchemaWithJson<Input> => ({
  jsonSchema: { type: 'object', properties, required, additionalProperties: false },
})
