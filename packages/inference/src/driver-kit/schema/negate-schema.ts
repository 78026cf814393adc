import type { SchemaObject } from './references.ts'

const ALL_TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null']
const MAX_DEPTH = 12

/** Keywords that say nothing about a value. */
const SILENT =
  /^(?:title|description|default|examples?|deprecated|readOnly|writeOnly|\$schema|\$id|\$comment|\$anchor|\$defs|definitions|x-.*)$/

/**
 * A schema of exactly the values that are not valid against `schema`; undefined where that cannot be said by a schema
 * without `not`. Three negations stay as they are, for the compiler knows them: of `const`, `enum` and `pattern`.
 */
export const negateSchema = (schema: unknown, depth: number = 0): unknown => {
  if (typeof schema === 'boolean') return !schema
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || depth > MAX_DEPTH) return undefined
  const keywords = Object.keys(schema).filter((keyword) => !SILENT.test(keyword))
  const branches = keywords.map((keyword) => negateKeyword(keyword, schema as SchemaObject, depth))
  if (branches.some((branch) => branch === undefined)) return undefined
  return branches.length === 1 ? branches[0] : { anyOf: branches }
}

const negateKeyword = (keyword: string, schema: SchemaObject, depth: number): unknown => {
  const value = schema[keyword]
  const inner = (one: unknown): unknown => negateSchema(one, depth + 1)
  switch (keyword) {
    case 'const':
      return { not: { const: value } }
    case 'enum':
      return { not: { enum: value } }
    case 'type':
      return negateType([value].flat())
    case 'pattern':
      return { type: 'string', not: { pattern: value } }
    case 'not':
      return value
    case 'required':
      return anyOf(listOf(value).map((key) => ({ type: 'object', properties: { [String(key)]: false } })))
    case 'properties':
      return negateProperties(value, inner)
    case 'anyOf':
      return every(listOf(value).map(inner), 'allOf')
    case 'allOf':
      return every(listOf(value).map(inner), 'anyOf')
    case 'minimum':
      return { type: 'number', exclusiveMaximum: value }
    case 'maximum':
      return { type: 'number', exclusiveMinimum: value }
    case 'exclusiveMinimum':
      return typeof value === 'number' ? { type: 'number', maximum: value } : undefined
    case 'exclusiveMaximum':
      return typeof value === 'number' ? { type: 'number', minimum: value } : undefined
    case 'minLength':
      return below('string', 'maxLength', value)
    case 'maxLength':
      return above('string', 'minLength', value)
    case 'minItems':
      return below('array', 'maxItems', value)
    case 'maxItems':
      return above('array', 'minItems', value)
    case 'minProperties':
      return below('object', 'maxProperties', value)
    case 'maxProperties':
      return above('object', 'minProperties', value)
    default:
      return undefined
  }
}

const negateType = (types: unknown[]): unknown => {
  const rest = ALL_TYPES.filter((type) => !types.includes(type) && !(type === 'number' && types.includes('integer')))
  const fractions = types.includes('integer') && !types.includes('number')
  // A number that is no whole one has no type of its own.
  return fractions ? undefined : rest.length ? { type: rest } : false
}

const negateProperties = (value: unknown, inner: (one: unknown) => unknown): unknown => {
  if (typeof value !== 'object' || value === null) return undefined
  const branches = Object.entries(value).map(([key, one]) => {
    const negated = inner(one)
    return negated === undefined ? undefined : { type: 'object', required: [key], properties: { [key]: negated } }
  })
  return every(branches, 'anyOf')
}

const every = (branches: unknown[], keyword: 'anyOf' | 'allOf'): unknown =>
  branches.some((branch) => branch === undefined)
    ? undefined
    : branches.length
      ? { [keyword]: branches }
      : keyword === 'allOf'

const anyOf = (branches: unknown[]): unknown => (branches.length ? { anyOf: branches } : false)

const below = (type: string, keyword: string, value: unknown): unknown =>
  typeof value !== 'number' ? undefined : value <= 0 ? false : { type, [keyword]: value - 1 }

const above = (type: string, keyword: string, value: unknown): unknown =>
  typeof value === 'number' ? { type, [keyword]: value + 1 } : undefined

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
