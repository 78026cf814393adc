import type { JsonValue } from '@rt/core'
import type { Facet } from './expand-schema.ts'
import type { SchemaObject } from './references.ts'
import { stableJson } from './validate-json.ts'

/** The kinds of values a grammar tells apart: whole numbers and others are two. */
export type Kind = 'object' | 'array' | 'string' | 'integer' | 'fraction' | 'boolean' | 'null'

const KINDS: readonly Kind[] = ['object', 'array', 'string', 'integer', 'fraction', 'boolean', 'null']

const kindsOfType = (type: unknown): Kind[] => (type === 'number' ? ['integer', 'fraction'] : [type as Kind])

const IMPLIED: readonly (readonly [type: string, keywords: string])[] = [
  [
    'object',
    'properties patternProperties additionalProperties propertyNames required minProperties maxProperties ' +
      'dependentRequired dependentSchemas unevaluatedProperties',
  ],
  ['array', 'items prefixItems contains minItems maxItems uniqueItems unevaluatedItems'],
  ['string', 'pattern minLength maxLength format'],
  ['number', 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'],
]

/**
 * The kinds of values facets allow together. Where none of them names a type, it is that of the other keywords: whoever
 * writes `properties` means an object.
 */
export const kindsOf = (facets: readonly Facet[]): Kind[] => {
  const declared = facets.filter(({ schema }) => schema['type'] !== undefined)
  if (declared.length) return KINDS.filter((kind) => declared.every(({ schema }) => typesOf(schema).includes(kind)))
  const implied = facets.flatMap(({ schema }) =>
    IMPLIED.flatMap(([type, keywords]) =>
      keywords.split(' ').some((keyword) => schema[keyword] !== undefined) ? kindsOfType(type) : [],
    ),
  )
  return implied.length ? KINDS.filter((kind) => implied.includes(kind)) : [...KINDS]
}

const typesOf = (schema: SchemaObject): Kind[] => {
  const types = [schema['type']].flat().flatMap(kindsOfType)
  return schema['nullable'] === true ? [...types, 'null'] : types
}

/** The values that all lists (`enum`, `const`) among the facets have in common; undefined = there is no list. */
export const listedValues = (facets: readonly Facet[]): JsonValue[] | undefined => {
  const [first, ...others] = facets.filter(({ schema }) => 'const' in schema || schema['enum'] !== undefined)
  if (!first) return undefined
  const sets = others.map((facet) => new Set(listOf(facet).map(stableJson)))
  return listOf(first).filter((value) => sets.every((set) => set.has(stableJson(value))))
}

const listOf = ({ schema }: Facet): JsonValue[] => {
  const { enum: listed, nullable } = schema
  const values = ('const' in schema ? [schema['const']] : listed) as JsonValue[]
  const both =
    'const' in schema && Array.isArray(listed)
      ? values.filter((value) => listed.some((one) => stableJson(one) === stableJson(value)))
      : values
  return nullable === true ? [...both, null] : both
}

/** The largest (or smallest) of what facets say. */
export const strictest = (
  facets: readonly Facet[],
  keyword: string,
  pick: (...values: number[]) => number,
): { value: number; path: string } | undefined => {
  const said = facets.flatMap(({ schema, path }) => {
    const value = schema[keyword]
    return typeof value === 'number' ? [{ value, path }] : []
  })
  if (!said.length) return undefined
  const value = pick(...said.map((one) => one.value))
  return said.find((one) => one.value === value)
}

/** Values that `not: { const }` and `not: { enum }` leave out, and patterns that must not be found. */
export const leftOut = (
  facets: readonly Facet[],
): { values: { value: unknown; path: string }[]; patterns: { pattern: string; path: string }[] } => {
  const negations = facets
    .flatMap(({ schema, path }) =>
      typeof schema['not'] === 'object' && schema['not'] !== null ? [{ not: schema['not'] as SchemaObject, path }] : [],
    )
    .filter(({ not }) => Object.keys(not).length === 1)
  return {
    values: negations.flatMap(({ not, path }) =>
      ('const' in not ? [not['const']] : Array.isArray(not['enum']) ? not['enum'] : []).map((value: unknown) => ({
        value,
        path,
      })),
    ),
    patterns: negations.flatMap(({ not, path }) =>
      typeof not['pattern'] === 'string' ? [{ pattern: not['pattern'], path }] : [],
    ),
  }
}

/**
 * Whether nothing that is written for one list of facets satisfies the other, by what is easy to see: no kind in common,
 * other constants, a required key with other constants (the usual discriminator), or one that the other side lacks.
 */
export const areDisjoint = (
  a: readonly Facet[],
  b: readonly Facet[],
  {
    valid,
    constants,
    mayHave,
  }: {
    /** But for lists of values. */
    valid: (value: JsonValue, facets: readonly Facet[]) => boolean
    /** The values a key is limited to. */
    constants: (facets: readonly Facet[], key: string) => JsonValue[] | undefined
    mayHave: (facets: readonly Facet[], key: string) => { valid: boolean; written: boolean }
  },
): boolean => {
  const [values, others] = [listedValues(a), listedValues(b)]
  if (values ?? others) {
    const keys = values && others && new Set(others.map(stableJson))
    const shared = keys ? values.filter((value) => keys.has(stableJson(value))) : (values ?? others)!
    return shared.every((value) => !valid(value, a) || !valid(value, b))
  }
  const right = kindsOf(b)
  const common = kindsOf(a).filter((kind) => right.includes(kind))
  if (!common.length) return true
  if (common.some((kind) => kind !== 'object')) return false
  const [left, also] = [requiredKeys(a), requiredKeys(b)]
  const lacks = (facets: readonly Facet[], keys: string[], how: 'valid' | 'written'): boolean =>
    keys.some((key) => !mayHave(facets, key)[how])
  if (lacks(b, left, 'valid') || lacks(a, also, 'valid')) return true
  if (lacks(b, left, 'written') && lacks(a, also, 'written')) return true
  return left
    .filter((key) => also.includes(key))
    .some((key) => {
      const [mine, theirs] = [constants(a, key), constants(b, key)]
      return mine && theirs && !mine.some((value) => theirs.some((other) => stableJson(value) === stableJson(other)))
    })
}

export const requiredKeys = (facets: readonly Facet[]): string[] => [
  ...new Set(
    facets.flatMap(({ schema }) => (Array.isArray(schema['required']) ? (schema['required'] as string[]) : [])),
  ),
]
