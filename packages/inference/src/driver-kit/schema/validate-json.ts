import { runInNewContext } from 'node:vm'
import type { JsonSchema, JsonValue } from '@rt/core'
import { matches } from '../pattern/automaton.ts'
import { compilePattern } from '../pattern/compile-pattern.ts'
import { FORMATS } from '../pattern/formats.ts'
import { isMultiple } from './is-multiple.ts'
import { createReferences, type References, type SchemaObject } from './references.ts'

/** What is wrong with a value: where in it, and which keyword of the schema says so. */
export interface SchemaIssue {
  /** A JSON pointer into the value; `''` = the whole. */
  path: string
  keyword: string
}

/**
 * Checks values against a JSON Schema (2020-12, and draft-07's words). It never looks a schema up elsewhere, formats it
 * knows are enforced, and no pattern can make it slow.
 *
 * @throws RtError `schema_unsupported` for a reference that leads nowhere.
 */
export const createJsonValidator = (
  root: JsonSchema | boolean,
  references: References = createReferences(root),
): ((value: JsonValue, schema?: unknown) => SchemaIssue | undefined) => {
  return (value, schema = root) => check(value, schema, { references, path: '', chain: new Set(), depth: 0 }).issue
}

interface Place {
  references: References
  path: string
  /** Schemas that are being asked about this very value: a reference in a circle adds nothing. */
  chain: ReadonlySet<unknown>
  depth: number
}

interface Verdict {
  issue?: SchemaIssue | undefined
  /** Keys and items of the value that some part of the schema spoke about. */
  seen: Set<string | number>
}

const MAX_DEPTH = 400

const check = (value: JsonValue, schema: unknown, place: Place): Verdict => {
  const seen = new Set<string | number>()
  if (schema === false) return { issue: { path: place.path, keyword: 'false' }, seen }
  if (typeof schema !== 'object' || schema === null || place.depth > MAX_DEPTH) return { seen }
  if (place.chain.has(schema)) return { seen }
  const inside = { ...place, chain: new Set(place.chain).add(schema), depth: place.depth + 1 }
  const words = schema as SchemaObject
  const { references } = place
  const referred = typeof words['$ref'] === 'string' && references.onlyReference
  const checks = referred ? [checkReferences] : CHECKS
  for (const one of checks) {
    const issue = one(value, words, inside, seen)
    if (issue) return { issue: typeof issue === 'string' ? { path: place.path, keyword: issue } : issue, seen }
  }
  return { seen }
}

type Check = (
  value: JsonValue,
  words: SchemaObject,
  place: Place,
  seen: Set<string | number>,
) => SchemaIssue | string | undefined

const checkReferences: Check = (value, words, place, seen) => {
  for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
    const reference = words[keyword]
    if (typeof reference !== 'string') continue
    const verdict = check(value, place.references.resolve(reference, words).schema, place)
    if (verdict.issue) return verdict.issue
    verdict.seen.forEach((one) => seen.add(one))
  }
  return undefined
}

const checkKind: Check = (value, { type, nullable, enum: listed, ...words }) => {
  if (value === null && nullable === true) return undefined
  if (type !== undefined && ![type].flat().some((name) => isOfType(value, name))) return 'type'
  if (Array.isArray(listed) && !listed.some((one) => sameJson(one, value))) return 'enum'
  return 'const' in words && !sameJson(words['const'], value) ? 'const' : undefined
}

const checkNumber: Check = (value, words) => {
  if (typeof value !== 'number') return undefined
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = words
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum)) return 'minimum'
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum)) return 'maximum'
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return 'exclusiveMinimum'
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return 'exclusiveMaximum'
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf)) return 'multipleOf'
  return format === 'int32' && (value < -(2 ** 31) || value >= 2 ** 31) ? 'format' : undefined
}

const checkString: Check = (value, { minLength, maxLength, pattern, format }) => {
  if (typeof value !== 'string') return undefined
  if (typeof minLength === 'number' && Array.from(value).length < minLength) return 'minLength'
  if (typeof maxLength === 'number' && Array.from(value).length > maxLength) return 'maxLength'
  if (typeof pattern === 'string' && !matchesPattern(pattern, value)) return 'pattern'
  const known = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  return known !== undefined && !matches(compilePattern(known), value) ? 'format' : undefined
}

const checkArray: Check = (value, words, place, seen) => {
  if (!Array.isArray(value)) return undefined
  const { minItems, maxItems, uniqueItems, contains, minContains = 1, maxContains } = words
  if (typeof minItems === 'number' && value.length < minItems) return 'minItems'
  if (typeof maxItems === 'number' && value.length > maxItems) return 'maxItems'
  if (uniqueItems === true && new Set(value.map(stableJson)).size < value.length) return 'uniqueItems'
  const { prefix, rest } = itemSchemas(words)
  for (const [index, item] of value.entries()) {
    const schema = index < prefix.length ? prefix[index] : rest
    if (schema === undefined) continue
    seen.add(index)
    const { issue } = check(item, schema, at(place, index))
    if (issue) return issue
  }
  if (contains === undefined) return undefined
  const found = value.flatMap((item, index) => (check(item, contains, at(place, index)).issue ? [] : [index]))
  found.forEach((index) => seen.add(index))
  if (found.length < (minContains as number)) return 'contains'
  return typeof maxContains === 'number' && found.length > maxContains ? 'maxContains' : undefined
}

/** Tuples of both drafts: `prefixItems` and `items`, or `items` as a list and `additionalItems`. */
export const itemSchemas = (words: SchemaObject): { prefix: unknown[]; rest: unknown } => {
  const { prefixItems, items, additionalItems } = words
  if (Array.isArray(items)) return { prefix: items, rest: additionalItems }
  return { prefix: Array.isArray(prefixItems) ? prefixItems : [], rest: items }
}

const checkObject: Check = (value, words, place, seen) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const keys = Object.keys(value)
  const { required, minProperties, maxProperties, propertyNames } = words
  if (typeof minProperties === 'number' && keys.length < minProperties) return 'minProperties'
  if (typeof maxProperties === 'number' && keys.length > maxProperties) return 'maxProperties'
  if (Array.isArray(required) && required.some((key) => !Object.hasOwn(value, key as string))) return 'required'
  for (const key of keys) {
    if (propertyNames !== undefined && check(key, propertyNames, at(place, key)).issue)
      return { path: at(place, key).path, keyword: 'propertyNames' }
    for (const schema of memberSchemas(words, key)) {
      seen.add(key)
      const { issue } = check(value[key]!, schema, at(place, key))
      if (issue) return issue.keyword === 'false' && schema === false ? { ...issue, keyword: 'properties' } : issue
    }
  }
  return checkDependencies(value, words, place, seen)
}

/** What a schema says of one key: `properties` and `patternProperties`, and only where both are silent the rest. */
export const memberSchemas = (words: SchemaObject, key: string): unknown[] => {
  const { properties, patternProperties, additionalProperties } = words
  const found: unknown[] = []
  if (isRecord(properties) && Object.hasOwn(properties, key)) found.push(properties[key])
  if (isRecord(patternProperties))
    for (const [pattern, schema] of Object.entries(patternProperties))
      if (matchesPattern(pattern, key)) found.push(schema)
  if (!found.length && additionalProperties !== undefined) found.push(additionalProperties)
  return found
}

const checkDependencies: Check = (value, words, place, seen) => {
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'])
    for (const [key, needs] of Object.entries((words[keyword] as object | undefined) ?? {})) {
      if (!Object.hasOwn(value as object, key)) continue
      if (Array.isArray(needs)) {
        if (needs.some((other) => !Object.hasOwn(value as object, other as string))) return keyword
        continue
      }
      const verdict = check(value, needs, place)
      if (verdict.issue) return verdict.issue
      verdict.seen.forEach((one) => seen.add(one))
    }
  return undefined
}

const checkCombined: Check = (value, words, place, seen) => {
  const { allOf, anyOf, oneOf, not, if: condition } = words
  const ask = (schema: unknown): SchemaIssue | undefined => {
    const verdict = check(value, schema, place)
    if (!verdict.issue) verdict.seen.forEach((one) => seen.add(one))
    return verdict.issue
  }
  for (const schema of Array.isArray(allOf) ? allOf : []) {
    const issue = ask(schema)
    if (issue) return issue
  }
  if (Array.isArray(anyOf) && !anyOf.map(ask).some((issue) => !issue)) return 'anyOf'
  if (Array.isArray(oneOf) && oneOf.map(ask).filter((issue) => !issue).length !== 1) return 'oneOf'
  if (not !== undefined && !check(value, not, place).issue) return 'not'
  if (condition === undefined) return undefined
  const branch = ask(condition) ? words['else'] : words['then']
  return branch === undefined ? undefined : ask(branch)
}

const checkUnevaluated: Check = (value, words, place, seen) => {
  const [keyword, keys] = Array.isArray(value)
    ? (['unevaluatedItems', [...value.keys()]] as const)
    : (['unevaluatedProperties', isRecord(value) ? Object.keys(value) : []] as const)
  const schema = words[keyword]
  if (schema === undefined) return undefined
  for (const key of keys) {
    if (seen.has(key)) continue
    seen.add(key)
    if (check((value as Record<string | number, JsonValue>)[key]!, schema, at(place, key)).issue) return keyword
  }
  return undefined
}

const CHECKS: readonly Check[] = [
  checkReferences,
  checkKind,
  checkNumber,
  checkString,
  checkArray,
  checkObject,
  checkCombined,
  checkUnevaluated,
]

const at = (place: Place, key: string | number): Place => ({
  ...place,
  chain: new Set(),
  path: `${place.path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
})

/** Whether a pattern finds something; one that no automaton can be made of is given a moment, then counts as found. */
export const matchesPattern = (pattern: string, text: string): boolean => {
  try {
    return matches(compilePattern(pattern), text)
  } catch {
    return slowMatch(pattern, text)
  }
}

const slowMatch = (pattern: string, text: string): boolean => {
  try {
    return runInNewContext('new RegExp(pattern, "u").test(text)', { pattern, text }, { timeout: 50 }) as boolean
  } catch {
    return true
  }
}

const isOfType = (value: JsonValue, type: unknown): boolean => {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isRecord(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

/** Equal as JSON: the order of keys does not count. */
const sameJson = (a: unknown, b: unknown): boolean => stableJson(a) === stableJson(b)

export const stableJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  ) ?? 'undefined'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
