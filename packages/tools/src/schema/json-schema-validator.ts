import type { ErrorObject } from 'ajv'
import type { Ajv2020 } from 'ajv/dist/2020.js'
import { type JsonSchema, RtError, type StandardIssue, type StandardResult } from '@rt/core'

export type Validator = (value: unknown) => StandardResult<unknown>

let instance: Promise<Ajv2020> | undefined

/**
 * A validator of JSON Schema 2020-12 by Ajv, which is loaded on first use. References are resolved inside the schema
 * only: nothing is ever fetched. `format` is an annotation, as the specification has it.
 *
 * @throws RtError `schema_unsupported` when the schema does not compile.
 */
export const compileJsonSchema = async (schema: JsonSchema, name: string): Promise<Validator> => {
  const ajv = await (instance ??= loadAjv())
  try {
    const validate = ajv.compile(schema)
    ajv.removeSchema(schema) // Else the shared instance would keep every tool of the process alive.
    return (value) => (validate(value) ? { value } : { issues: (validate.errors ?? []).map(toIssue) })
  } catch (cause) {
    throw new RtError({
      code: 'schema_unsupported',
      message: `the schema of ${name} does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Use JSON Schema 2020-12 with references inside the schema only, or pass a validate function.',
      cause,
    })
  }
}

const loadAjv = async (): Promise<Ajv2020> => {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  return new Ajv2020({
    allErrors: true,
    strict: false,
    validateFormats: false,
    // Two tools may carry the same $id.
    addUsedSchema: false,
    // 0.07 is a multiple of 0.01, also where the quotient of both doubles is not quite 7.
    multipleOfPrecision: 6,
    logger: false,
  })
}

const toIssue = ({ instancePath, keyword, message = 'does not match', params }: ErrorObject): StandardIssue => {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment))
  if (keyword === 'enum') return { path, message: `must be one of ${JSON.stringify(params['allowedValues'])}` }
  if (keyword === 'additionalProperties')
    return { path, message: `must not have the property '${params['additionalProperty']}'` }
  return { path, message }
}
