import type { RtError, SchemaWithJson, StandardIssue, StandardResult, StandardSchema } from '@rt/core'
import { argumentsError } from './describe-issues.ts'
import { compileJsonSchema, type Validator } from './json-schema-validator.ts'

/**
 * What a schema makes of a value. A JSON Schema alone is compiled when the first value comes.
 *
 * @returns a function that throws what `toError` makes of the issues.
 */
export const createParser = (
  schema: StandardSchema | SchemaWithJson,
  name: string,
  toError: (name: string, issues: ReadonlyArray<StandardIssue>) => RtError,
): ((value: unknown) => Promise<unknown>) => {
  let compiled: Promise<Validator> | undefined
  const validate = async (value: unknown): Promise<StandardResult<unknown>> => {
    if ('~standard' in schema) return schema['~standard'].validate(value)
    if (schema.validate) return schema.validate(value)
    // As it was written: `$schema` says how to read it.
    return (await (compiled ??= compileJsonSchema(schema.jsonSchema, name)))(value)
  }
  return async (value) => {
    const result = await validate(value)
    if (result.issues) throw toError(name, result.issues)
    return result.value
  }
}

/** What is wrong with arguments, where the schema can say it at once. */
export const parseNow = (
  schema: StandardSchema | SchemaWithJson,
  value: unknown,
  name: string,
): RtError | undefined => {
  const result = '~standard' in schema ? schema['~standard'].validate(value) : schema.validate?.(value)
  if (result instanceof Promise) result.catch(() => {})
  return result && 'issues' in result && result.issues ? argumentsError(name, result.issues) : undefined
}
