import type { JsonSchema, JsonValue } from '@rt/core'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { FORMATS } from '../pattern/formats.ts'

const OPTIONS = { strict: false, logger: false, multipleOfPrecision: 4 } as const

/** Somebody else's judgement of a schema: Ajv with our formats. */
export const createOracle = (schema: JsonSchema): ((value: JsonValue) => boolean) => {
  const ajv = String(schema['$schema']).includes('draft-07') ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS)
  for (const [name, source] of Object.entries(FORMATS)) ajv.addFormat(name, new RegExp(source, 'u'))
  ajv.addFormat('int32', { type: 'number', validate: (value: number) => value >= -(2 ** 31) && value < 2 ** 31 })
  const validate = ajv.compile(schema)
  return (value) => validate(value)
}
