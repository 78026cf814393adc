import { type JsonSchema, RtError } from '@rt/core'
import { createGrammarBuilder, type GrammarBuilder, literal } from './grammar-builder.ts'
import {
  anyObjectRule,
  anyValueRule,
  arrayRule,
  booleanRule,
  type Bounds,
  DEFAULT_MAX_ITEMS,
  DEFAULT_MAX_LENGTH,
  integerRule,
  nullRule,
  numberRule,
  objectRule,
  stringRule,
} from './json-rules.ts'

export interface CompileGrammarOptions {
  /** Most rules, as the native parser counts them (repetitions expanded). Default 16,000. */
  maxRules?: number
}

/**
 * JSON Schema to GBNF (the grammar format of llama.cpp), rule `root`. What the grammar lets through parses as compact
 * JSON without any free white space, is finite, and is valid against the schema, except for the numeric bounds below.
 *
 * - Supported: `object` (`properties`, `required`; keys in declared order, no others), `array` (`items`, `minItems`,
 *   `maxItems`), `string` (`minLength`, `maxLength`), `integer`, `number`, `boolean`, `null`, lists of types, `enum`,
 *   `const`. An empty schema, an object without `properties` and an array without `items` hold any JSON, 4 levels deep.
 * - Limits: a string without `maxLength` ends at 512 characters, an array without `maxItems` at 32 items; larger maxima
 *   are lowered to 2,000. Integers have up to 15 digits.
 * - Left to validation afterwards: `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum` (only the sign is
 *   enforced) and the formats int32, int64, float, double.
 * - Annotations (`title`, `description`, `default`, `examples`, ...) are ignored.
 *
 * @throws RtError `schema_unsupported` for every other keyword, naming it and its path; and for a schema that is too
 * large (`maxRules`, 512 optional keys or enum values, 32 levels).
 */
export const compileGrammar = (schema: JsonSchema, options: CompileGrammarOptions = {}): string => {
  const builder = createGrammarBuilder(options.maxRules)
  return builder.build(schemaRule(builder, schema, '#'))
}

/** Any JSON object, 4 levels of objects and arrays below it, as GBNF. */
export const jsonObjectGrammar = (): string => {
  const builder = createGrammarBuilder()
  return builder.build(anyObjectRule(builder))
}

/** The rule of a schema that stands at `path` (a JSON pointer with `#`). Shared with the tool grammar. */
export const schemaRule = (builder: GrammarBuilder, schema: unknown, path: string, depth: number = 0): string => {
  if (schema === true) return anyValueRule(builder)
  if (!isRecord(schema)) throw refuse('schema', path, 'A schema must be an object or true.')
  if (depth > MAX_DEPTH) throw refuse('nesting', path, `Schemas are compiled up to ${MAX_DEPTH} levels deep.`)
  for (const [keyword, value] of Object.entries(schema)) checkKeyword(keyword, value, path)
  if (schema['enum'] !== undefined || 'const' in schema) return constantRule(builder, schema, path)
  const types = typesOf(schema, path)
  if (!types) return anyValueRule(builder)
  const rules = types.map((type) => typeRule(builder, type, schema, path, depth))
  return rules.length === 1 ? rules[0]! : builder.rule('either', rules.join(' | '), rules.length)
}

const MAX_DEPTH = 32
const MAX_BRANCHES = 512
/** llama.cpp refuses a lower bound of a repetition above 2,000 and takes an upper one above it for "no limit". */
const MAX_REPEAT = 2000

const CONSTRAINTS = new Set(
  (
    'type enum const properties required additionalProperties items minItems maxItems uniqueItems minLength maxLength ' +
    'minimum maximum exclusiveMinimum exclusiveMaximum format'
  ).split(' '),
)
const ANNOTATIONS = new Set(
  'title description default examples example deprecated readOnly writeOnly $schema $id id $comment $defs definitions'.split(
    ' ',
  ),
)
const CHECKED_LATER = new Set<unknown>(['int32', 'int64', 'float', 'double'])

/** What a keyword may say; every keyword not listed anywhere is refused, for ignoring it would change the meaning. */
const checkKeyword = (keyword: string, value: unknown, path: string): void => {
  if (ANNOTATIONS.has(keyword) || keyword.startsWith('x-') || value === undefined) return
  if (!CONSTRAINTS.has(keyword)) throw refuse(keyword, path, HINTS[keyword])
  if (keyword === 'format' && !CHECKED_LATER.has(value)) throw refuse(keyword, path, HINTS['pattern'])
  if (keyword === 'uniqueItems' && value !== false)
    throw refuse(keyword, path, 'Remove it and check the items yourself.')
}

const HINTS: Record<string, string> = {
  anyOf: 'Use a list of types ({ "type": ["string", "null"] }), an enum, or one tool for each alternative.',
  oneOf: 'Use a list of types ({ "type": ["string", "null"] }), an enum, or one tool for each alternative.',
  allOf: 'Merge the parts into one object schema.',
  $ref: 'Write the referenced schema in its place.',
  pattern: 'Say in the description how the text must look and check it after the call, or list the values in an enum.',
  nullable: 'Use a list of types: { "type": ["string", "null"] }.',
  prefixItems: 'Use an object with one key for each position.',
}

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const
type Type = (typeof TYPES)[number]

/** The declared types; without `type` the one that `properties` or `items` implies; undefined = no constraint at all. */
const typesOf = (schema: JsonSchema, path: string): Type[] | undefined => {
  const declared = schema['type']
  if (declared === undefined) {
    if (schema['properties'] !== undefined || schema['required'] !== undefined) return ['object']
    if (schema['items'] !== undefined) return ['array']
    const loose = Object.keys(schema).find((keyword) => CONSTRAINTS.has(keyword) && schema[keyword] !== undefined)
    if (loose) throw refuse(loose, path, 'Add a "type" beside it.')
    return undefined
  }
  const list: unknown[] = Array.isArray(declared) ? declared : [declared]
  const types = TYPES.filter((type) => list.includes(type) && !(type === 'integer' && list.includes('number')))
  const unknown = list.find((type) => !TYPES.includes(type as Type))
  if (unknown !== undefined || !types.length) throw refuse('type', path, `Known types: ${TYPES.join(', ')}.`)
  return types
}

const typeRule = (builder: GrammarBuilder, type: Type, schema: JsonSchema, path: string, depth: number): string => {
  switch (type) {
    case 'object':
      return propertiesRule(builder, schema, path, depth)
    case 'array': {
      const bounds = boundsOf(schema, path, {
        min: 'minItems',
        max: 'maxItems',
        usual: DEFAULT_MAX_ITEMS,
        most: MAX_REPEAT,
      })
      const item = schemaRule(builder, schema['items'] ?? true, `${path}/items`, depth + 1)
      return arrayRule(builder, item, bounds)
    }
    case 'string':
      return stringRule(
        builder,
        boundsOf(schema, path, { min: 'minLength', max: 'maxLength', usual: DEFAULT_MAX_LENGTH, most: MAX_REPEAT }),
      )
    case 'integer':
      return integerRule(builder, { signed: !isPositive(schema) })
    case 'number':
      return numberRule(builder, { signed: !isPositive(schema) })
    case 'boolean':
      return booleanRule(builder)
    case 'null':
      return nullRule(builder)
  }
}

const propertiesRule = (builder: GrammarBuilder, schema: JsonSchema, path: string, depth: number): string => {
  const { properties, required = [], additionalProperties } = schema
  if (
    additionalProperties !== undefined &&
    typeof additionalProperties !== 'boolean' &&
    !isEmptyRecord(additionalProperties)
  )
    throw refuse('additionalProperties', path, 'Declare the keys under "properties", or use an array of key and value.')
  if (!Array.isArray(required)) throw refuse('required', path, '"required" is a list of keys.')
  if (properties === undefined && !required.length && additionalProperties !== false) return anyObjectRule(builder)
  if (properties !== undefined && !isRecord(properties)) throw refuse('properties', path, '"properties" is an object.')
  const entries = Object.entries(properties ?? {})
  const undeclared = required.find((key) => !entries.some(([name]) => name === key))
  if (undeclared !== undefined)
    throw refuse('required', path, `Declare ${JSON.stringify(undeclared)} under "properties".`)
  const needed = new Set(required)
  if (entries.length - needed.size > MAX_BRANCHES) throw tooMany('properties', path, 'optional keys')
  const members = entries.map(([key, value]) => ({
    key,
    value: schemaRule(builder, value, `${path}/properties/${pointer(key)}`, depth + 1),
    required: needed.has(key),
  }))
  return objectRule(builder, members)
}

const constantRule = (builder: GrammarBuilder, schema: JsonSchema, path: string): string => {
  const keyword = 'const' in schema ? 'const' : 'enum'
  const listed = 'const' in schema ? [schema['const']] : schema['enum']
  const other = Object.keys(schema).find((name) => CONSTRAINTS.has(name) && !['enum', 'const', 'type'].includes(name))
  if (other) throw refuse(other, path, `Remove it: "${keyword}" already lists what is allowed.`)
  if (!Array.isArray(listed)) throw refuse(keyword, path, '"enum" is a list of values.')
  const types = schema['type'] === undefined ? undefined : typesOf(schema, path)
  const texts = listed
    .filter((value) => !types || types.some((type) => hasType(value, type)))
    .map((value) => JSON.stringify(value))
  const values = [...new Set(texts)]
  if (!values.length || values.includes(undefined as never))
    throw refuse(keyword, path, 'List at least one JSON value of the declared type.')
  if (values.length > MAX_BRANCHES) throw tooMany(keyword, path, 'values')
  return builder.rule('const', values.map(literal).join(' | '), values.length)
}

const hasType = (value: unknown, type: Type): boolean => {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isRecord(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type && (type !== 'number' || Number.isFinite(value))
}

/** Limits of a repetition. A larger maximum is lowered to `most`: what the grammar then writes is still valid. */
const boundsOf = (
  schema: JsonSchema,
  path: string,
  { min, max, usual, most }: { min: string; max: string; usual: number; most: number },
): Bounds => {
  for (const keyword of [min, max]) {
    const value = schema[keyword]
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      throw refuse(keyword, path, `"${keyword}" is a whole number, 0 or more.`)
  }
  const low = (schema[min] as number | undefined) ?? 0
  const high = Math.min((schema[max] as number | undefined) ?? Math.max(usual, low), most)
  if (low > high) throw refuse(min, path, `"${min}" must be at most ${high}.`)
  return { min: low, max: high }
}

const isPositive = ({ minimum, exclusiveMinimum }: JsonSchema): boolean =>
  (typeof minimum === 'number' && minimum >= 0) || (typeof exclusiveMinimum === 'number' && exclusiveMinimum >= 0)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmptyRecord = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0

const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const refuse = (
  keyword: string,
  path: string,
  hint: string = 'Remove it from the schema and check the value after the call.',
): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the JSON Schema keyword "${keyword}" at ${path} cannot be compiled to a grammar.`,
    hint,
    data: { keyword, path },
  })

const tooMany = (keyword: string, path: string, what: string): RtError =>
  refuse(keyword, path, `Use at most ${MAX_BRANCHES} ${what}, or split the schema over several tools.`)
