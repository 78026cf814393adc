import type { JsonValue } from '@rt/core'
import { anyObjectRule, fewerInCircles } from '../json-rules.ts'
import { type Automaton, both, complement, ofLength, ofTexts, trim } from '../pattern/automaton.ts'
import { compilePattern, MAX_STATES } from '../pattern/compile-pattern.ts'
import { pointer } from '../schema/check-words.ts'
import { expandSchema, type Facet, type Part } from '../schema/expand-schema.ts'
import { leftOut, listedValues, requiredKeys, strictest } from '../schema/facets.ts'
import type { SchemaObject } from '../schema/references.ts'
import { matchesPattern, memberSchemas } from '../schema/validate-json.ts'
import type { GrammarContext, Nesting } from './grammar-context.ts'
import { MAX_EXTRAS, type Member, objectRule, type ObjectShape } from './object-rule.ts'
import { keyTailRule } from './string-rule.ts'

/** Longest key that is not declared. */
const KEY_LENGTH = 64
/** Declared keys of more characters than these are not kept out of the others: their automaton would be too large. */
const MAX_KEY_TEXT = 4000

/** The rule of an object for which all facets hold; undefined = there is none. */
export const objectFacetsRule = (
  context: GrammarContext,
  facets: readonly Facet[],
  here: Nesting,
): string | undefined => {
  for (const { value, path } of leftOut(facets).values)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      context.note(path, 'not', 'an object can be written in many ways')
  if (facets.every(({ schema }) => saysNothing(schema))) return anyObjectRule(context.builder)
  const names = nameFacets(context, facets)
  const keys = declaredKeys(facets, names)
  const required = new Set(requiredKeys(facets))
  const members: Member[] = []
  for (const key of keys) {
    const value = names.every((one) => context.valid(key, one) && (listedValues(one)?.includes(key) ?? true))
      ? context.rule(partsOf(facets, key), here)
      : undefined
    if (value !== undefined) members.push({ key, value, required: required.has(key) })
    else if (required.has(key)) return undefined
  }
  const least = strictest(facets, 'minProperties', Math.max)
  const most = strictest(facets, 'maxProperties', Math.min)
  const open = isOpen(facets, names) ?? (least !== undefined && least.value > members.length)
  const extras = open ? extrasOf(context, facets, { keys, names, here }) : []
  const shape: ObjectShape = {
    members,
    extras,
    min: least?.value ?? 0,
    max: most?.value ?? Infinity,
    mostExtras: fewerInCircles(MAX_EXTRAS, here.circles),
  }
  if (least && least.value > 1 && extras.length) context.note(least.path, 'minProperties', 'a key may come twice')
  if (least && least.value > members.length + MAX_EXTRAS) {
    context.note(least.path, 'minProperties', `objects have at most ${MAX_EXTRAS} keys that are not declared`)
    shape.min = members.length
  }
  const made = objectRule(context.builder, shape)
  if (made !== 'too-many') return made.rule
  if (least) context.note(least.path, 'minProperties', 'there are too many keys to count')
  if (most) context.note(most.path, 'maxProperties', 'there are too many keys to count')
  const relaxed = objectRule(context.builder, { ...shape, min: 0, max: Infinity })
  return relaxed === 'too-many' ? undefined : relaxed.rule
}

const OBJECT_WORDS =
  'properties patternProperties additionalProperties unevaluatedProperties propertyNames required minProperties maxProperties'.split(
    ' ',
  )

const saysNothing = (schema: SchemaObject): boolean =>
  OBJECT_WORDS.every((word) => schema[word] === undefined || (schema[word] === true && word !== 'required'))

/** Which schemas hold for a key, from every facet. */
const partsOf = (facets: readonly Facet[], key: string): Part[] =>
  facets.flatMap(({ schema, path }) =>
    memberSchemas(schema, key).map((inner) => ({ schema: inner, path: `${path}/${wordOf(schema, key)}` })),
  )

const wordOf = ({ properties }: SchemaObject, key: string): string =>
  typeof properties === 'object' && properties !== null && Object.hasOwn(properties, key)
    ? `properties/${pointer(key)}`
    : 'additionalProperties'

/** The facets of `propertyNames`; one that has alternatives is left to the check afterwards. */
const nameFacets = (context: GrammarContext, facets: readonly Facet[]): Facet[][] =>
  facets.flatMap(({ schema, path }) => {
    if (schema['propertyNames'] === undefined) return []
    const alternatives = expandSchema([{ schema: schema['propertyNames'], path: `${path}/propertyNames` }], context)
    if (alternatives.length === 1) return alternatives
    if (!alternatives.length) return [[{ schema: { enum: [] }, path }]]
    context.note(path, 'propertyNames', 'it has alternatives')
    return []
  })

const declaredKeys = (facets: readonly Facet[], names: readonly Facet[][]): string[] => {
  const listed = names.flatMap((one) => listedValues(one) ?? []).filter((key) => typeof key === 'string')
  const written = facets.flatMap(({ schema }) => Object.keys((schema['properties'] as object | undefined) ?? {}))
  return [...new Set([...written, ...requiredKeys(facets), ...listed])]
}

/**
 * Whether other keys may come: no where that is said, yes where it is said or nothing is declared. undefined = nothing is
 * said, and then there are none: a model is not asked for what nobody described.
 */
const isOpen = (facets: readonly Facet[], names: readonly Facet[][] = []): boolean | undefined => {
  const says = (word: string, value?: unknown): Facet[] =>
    facets.filter(({ schema }) => (value === undefined ? schema[word] !== undefined : schema[word] === value))
  if (names.some((one) => listedValues(one))) return false
  const patterns = says('patternProperties')
  if (says('additionalProperties', false).some((facet) => !patterns.includes(facet))) return false
  if (patterns.length) return true
  if (says('unevaluatedProperties', false).length) return false
  if (says('additionalProperties').length || says('unevaluatedProperties').length) return true
  return says('properties').length || says('required').length ? undefined : true
}

const extrasOf = (
  context: GrammarContext,
  facets: readonly Facet[],
  { keys, names, here }: { keys: readonly string[]; names: readonly Facet[][]; here: Nesting },
): { key: string; value: string }[] => {
  const nameRules = names.flat()
  const patterns = [
    ...new Set(facets.flatMap(({ schema }) => Object.keys((schema['patternProperties'] as object | undefined) ?? {}))),
  ]
  const undeclared = withoutKeys(context, facets, keys)
  const extras: { key: string; value: string }[] = []
  const add = (parts: Part[], name: string, automaton: Automaton | undefined): void => {
    const value = context.rule(parts, here)
    const extra =
      automaton && undeclared ? (both(automaton, undeclared, MAX_STATES) ?? automaton) : (automaton ?? undeclared)
    const key =
      value === undefined
        ? undefined
        : keyTailRule(context, nameRules, { extra, key: JSON.stringify([name, keys]), longest: KEY_LENGTH })
    if (key !== undefined) extras.push({ key, value: value! })
  }
  const compiled: Automaton[] = []
  for (const pattern of patterns) {
    const automaton = patternAutomaton(context, facets, pattern)
    if (!automaton) continue
    for (const other of compiled)
      if (trim(both(automaton, other, MAX_STATES) ?? automaton)) noteOverlap(context, facets)
    compiled.push(automaton)
    add(patternParts(facets, pattern), pattern, automaton)
  }
  // A facet without patterns may have said that there is nothing else.
  if (
    facets.some(({ schema }) => schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false)
  )
    return extras
  const none = compiled.reduce<Automaton | undefined>(
    (all, one) => (all ? (both(all, complement(one), MAX_STATES) ?? all) : complement(one)),
    undefined,
  )
  const rest = facets.flatMap(({ schema, path }) => {
    const word = schema['additionalProperties'] === undefined ? 'unevaluatedProperties' : 'additionalProperties'
    return schema[word] === undefined ? [] : [{ schema: schema[word], path: `${path}/${word}` }]
  })
  const onlyPatterns = patterns.length > 0 && !rest.length
  if (!onlyPatterns) add(rest, patterns.map((pattern) => `!${pattern}`).join(), none)
  return extras
}

/** Keys that are not declared, in any way they could be written. */
const withoutKeys = (
  context: GrammarContext,
  facets: readonly Facet[],
  keys: readonly string[],
): Automaton | undefined => {
  if (!keys.length) return undefined
  if (keys.join('').length <= MAX_KEY_TEXT) return complement(ofTexts(keys))
  context.note(facets[0]!.path, 'additionalProperties', 'a declared key may come twice: there are too many')
  return ofLength(0, KEY_LENGTH)
}

const patternAutomaton = (
  context: GrammarContext,
  facets: readonly Facet[],
  pattern: string,
): Automaton | undefined => {
  try {
    return trim(compilePattern(pattern))
  } catch {
    context.note(facets[0]!.path, 'patternProperties', 'a pattern cannot be compiled; no key of it is written')
    return undefined
  }
}

const noteOverlap = (context: GrammarContext, facets: readonly Facet[]): void =>
  context.note(facets[0]!.path, 'patternProperties', 'a key may match two patterns')

const patternParts = (facets: readonly Facet[], pattern: string): Part[] =>
  facets.flatMap(({ schema, path }): Part[] => {
    const { patternProperties, additionalProperties } = schema
    const own = (patternProperties as Record<string, unknown> | undefined)?.[pattern]
    if (own !== undefined) return [{ schema: own, path: `${path}/patternProperties/${pointer(pattern)}` }]
    return additionalProperties === undefined || patternProperties !== undefined
      ? []
      : [{ schema: additionalProperties, path: `${path}/additionalProperties` }]
  })

/** For telling alternatives apart: the values a required key is limited to. */
export const keyConstants = (
  context: GrammarContext,
  facets: readonly Facet[],
  key: string,
): JsonValue[] | undefined => {
  const alternatives = expandSchema(partsOf(facets, key), { ...context, note: () => {} })
  const values = alternatives.map((one) => listedValues(one))
  return values.some((one) => one === undefined) ? undefined : values.flatMap((one) => one!)
}

/** Whether a key can be there: `valid` by the schema, `written` by the grammar, which writes no key that nobody described. */
export const mayHaveKey = (facets: readonly Facet[], key: string): { valid: boolean; written: boolean } => {
  if (partsOf(facets, key).some(({ schema }) => schema === false)) return { valid: false, written: false }
  const declared = facets.some(
    ({ schema }) =>
      Object.hasOwn((schema['properties'] as object | undefined) ?? {}, key) ||
      requiredKeys([{ schema, path: '' }]).includes(key) ||
      Object.keys((schema['patternProperties'] as object | undefined) ?? {}).some((pattern) =>
        matchesPattern(pattern, key),
      ),
  )
  if (declared) return { valid: true, written: true }
  const counts = facets.some(({ schema }) => schema['minProperties'] !== undefined)
  return {
    valid: !facets.some(({ schema }) => schema['unevaluatedProperties'] === false),
    written: isOpen(facets) ?? counts,
  }
}
