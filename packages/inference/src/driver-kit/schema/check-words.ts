import { RtError } from '@rt/core'
import type { SchemaObject } from './references.ts'

export const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const
export type Type = (typeof TYPES)[number]

const isList = (value: unknown): boolean => Array.isArray(value)
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isObject(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const areSchemas = (value: unknown): boolean =>
  isList(value) && (value as unknown[]).length > 0 && (value as unknown[]).every(isSchema)
const areNamed = (value: unknown): boolean => isObject(value) && Object.values(value as object).every(isSchema)
const areKeys = (value: unknown): boolean => isList(value) && (value as unknown[]).every(isText)

type Rule = readonly [holds: (value: unknown) => boolean, says: string]

const COUNT: Rule = [isCount, 'a whole number, 0 or more']
const NUMBER: Rule = [isNumber, 'a number']
const LIMIT: Rule = [(value) => isNumber(value) || isFlag(value), 'a number']
const TEXT: Rule = [isText, 'a text']
const FLAG: Rule = [isFlag, 'true or false']
const SCHEMA: Rule = [isSchema, 'a schema']
const SCHEMAS: Rule = [areSchemas, 'a list of one or more schemas']
const NAMED: Rule = [areNamed, 'an object of schemas']
const KEYS: Rule = [areKeys, 'a list of keys']

/** Every keyword that constrains a value, and what it must be. */
const WORDS: Record<string, Rule> = {
  type: [(value) => isTypes(value), `one or a list of ${TYPES.join(', ')}`],
  enum: [(value) => isList(value) && (value as unknown[]).length > 0, 'a list of one or more values'],
  const: [(value) => value !== undefined, 'a JSON value'],
  nullable: FLAG,
  minimum: NUMBER,
  maximum: NUMBER,
  exclusiveMinimum: LIMIT,
  exclusiveMaximum: LIMIT,
  multipleOf: [(value) => isNumber(value) && (value as number) > 0, 'a number above 0'],
  minLength: COUNT,
  maxLength: COUNT,
  pattern: TEXT,
  format: TEXT,
  items: [(value) => isSchema(value) || (isList(value) && (value as unknown[]).every(isSchema)), 'a schema'],
  additionalItems: SCHEMA,
  prefixItems: [(value) => isList(value) && (value as unknown[]).every(isSchema), 'a list of schemas'],
  unevaluatedItems: SCHEMA,
  contains: SCHEMA,
  minContains: COUNT,
  maxContains: COUNT,
  minItems: COUNT,
  maxItems: COUNT,
  uniqueItems: FLAG,
  properties: NAMED,
  patternProperties: NAMED,
  additionalProperties: SCHEMA,
  unevaluatedProperties: SCHEMA,
  propertyNames: SCHEMA,
  required: KEYS,
  minProperties: COUNT,
  maxProperties: COUNT,
  dependentRequired: [(value) => isObject(value) && Object.values(value as object).every(areKeys), 'lists of keys'],
  dependentSchemas: NAMED,
  dependencies: [
    (value) => isObject(value) && Object.values(value as object).every((one) => areKeys(one) || isSchema(one)),
    'lists of keys or schemas',
  ],
  allOf: SCHEMAS,
  anyOf: SCHEMAS,
  oneOf: SCHEMAS,
  not: SCHEMA,
  if: SCHEMA,
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: SCHEMA,
  else: SCHEMA,
  $ref: TEXT,
  $dynamicRef: TEXT,
  $recursiveRef: TEXT,
}

const ANNOTATIONS = new Set(
  (
    'title description markdownDescription default defaultSnippets examples example deprecated deprecationMessage readOnly ' +
    'writeOnly $schema $id id $anchor $dynamicAnchor $recursiveAnchor $vocabulary $comment $defs definitions enumNames ' +
    'enumDescriptions contentEncoding contentMediaType contentSchema discriminator externalDocs xml errorMessage strict'
  ).split(' '),
)

const isTypes = (value: unknown): boolean => {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.length > 0 && list.every((type) => TYPES.includes(type as Type))
}

/** Keywords that nobody knows. @throws RtError `schema_unsupported` for one that does not say what it must. */
export const checkWords = (schema: SchemaObject, path: string): string[] =>
  Object.entries(schema).flatMap(([keyword, value]) => {
    if (value === undefined && keyword !== 'const') return []
    const rule = Object.hasOwn(WORDS, keyword) ? WORDS[keyword] : undefined
    if (!rule) return ANNOTATIONS.has(keyword) || keyword.startsWith('x-') ? [] : [keyword]
    if (!rule[0](value)) throw refuseSchema(keyword, path, `"${keyword}" is ${rule[1]}.`)
    return []
  })

/** Whether a schema constrains anything. */
export const isSilent = (schema: SchemaObject): boolean =>
  Object.keys(schema).every((keyword) => !Object.hasOwn(WORDS, keyword))

export const refuseSchema = (
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

export const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
