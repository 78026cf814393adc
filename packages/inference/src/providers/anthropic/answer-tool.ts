import type { JsonObject, JsonSchema, OutputFormat } from '@rt/core'
import { isObject } from './wire.ts'

/** A tool that is not there to be run: its arguments are the answer. For models and schemas `output_config` does not take. */
export interface AnswerTool {
  name: string
  schema: JsonSchema
  /** Tools take objects: another answer comes as `value`. */
  wrapped: boolean
}

export const answerTool = (output: Extract<OutputFormat, { type: 'json' }>, taken: string[]): AnswerTool => {
  const schema = output.schema ?? { type: 'object' }
  const wrapped = (schema as JsonObject)['type'] !== 'object'
  let name = (output.name ?? 'answer').replaceAll(/[^\w-]/g, '_').slice(0, 60) || 'answer'
  while (taken.includes(name)) name += '_'
  return {
    name,
    wrapped,
    schema: wrapped ? { type: 'object', properties: { value: schema }, required: ['value'] } : schema,
  }
}

/** Keywords `output_config.format` knows. Others that only narrow are dropped: whoever asked checks the answer anyhow. */
const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'allOf',
  '$ref',
  '$defs',
  'definitions',
  'description',
  'title',
  'format',
  'default',
])
const NARROWING: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'examples',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'deprecated',
  'readOnly',
  'writeOnly',
])

/** Of `format`; others are refused. */
const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/**
 * A schema as `output_config.format` takes it: every object closed, constraints it does not know left out. Undefined when
 * it cannot say the same: open objects, `oneOf`, `not`, tuples.
 */
export const toFormatSchema = (schema: JsonSchema | boolean): JsonObject | undefined => {
  if (!isObject(schema as JsonObject)) return undefined
  const result: JsonObject = {}
  for (const [key, value] of Object.entries(schema as JsonObject)) {
    if (NARROWING.has(key) || (key === 'format' && !FORMATS.has(value))) continue
    if (!KNOWN.has(key) || value === undefined) return undefined
    const converted = convert(key, value)
    if (converted === undefined) return undefined
    result[key] = converted
  }
  if (result['type'] === 'object') {
    // A map of anything: no closed object says that.
    if (!('properties' in result) && result['additionalProperties'] !== false) return undefined
    result['additionalProperties'] = false
  }
  return result
}

const convert = (key: string, value: JsonObject[string]): JsonObject[string] | undefined => {
  if (key === 'additionalProperties') return value === false ? false : undefined
  if (key === 'items') return toFormatSchema(value as JsonSchema)
  if (key === 'anyOf' || key === 'allOf') return allDefined((value as JsonSchema[]).map(toFormatSchema))
  if (key !== 'properties' && key !== '$defs' && key !== 'definitions') return value
  const names = Object.keys(value as JsonObject)
  const schemas = allDefined(Object.values(value as JsonObject).map((inner) => toFormatSchema(inner as JsonSchema)))
  return schemas && Object.fromEntries(names.map((name, i) => [name, schemas[i]!]))
}

const allDefined = <T>(values: (T | undefined)[]): T[] | undefined =>
  values.every((value) => value !== undefined) ? values : undefined
