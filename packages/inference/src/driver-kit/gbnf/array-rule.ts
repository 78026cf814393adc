import { arrayRule, DEFAULT_MAX_ITEMS, fewerInCircles, MAX_REPEAT, repeat } from '../json-rules.ts'
import { refuseSchema } from '../schema/check-words.ts'
import type { Facet, Part } from '../schema/expand-schema.ts'
import { leftOut, strictest } from '../schema/facets.ts'
import { itemSchemas } from '../schema/validate-json.ts'
import type { GrammarContext, Nesting } from './grammar-context.ts'

/** `contains` is counted up to so many; it needs a rule for each item and each that is missing. */
const MAX_COUNTED = 8

/** The rule of an array for which all facets hold; undefined = there is none. */
export const arrayFacetsRule = (
  context: GrammarContext,
  facets: readonly Facet[],
  here: Nesting,
): string | undefined => {
  const tuple = Math.max(0, ...facets.map(({ schema }) => itemSchemas(schema).prefix.length))
  const bounds = boundsOf(facets, tuple, fewerInCircles(DEFAULT_MAX_ITEMS, here.circles))
  const partsAt = (index: number): Part[] => facets.flatMap((facet) => itemParts(facet, index))
  const prefix: string[] = []
  for (let i = 0; i < tuple && i < bounds.max; i++) {
    const rule = context.rule(partsAt(i), here)
    if (rule === undefined) bounds.max = i
    else prefix.push(rule)
  }
  const contained = containsOf(context, facets)
  const item = bounds.max > tuple ? context.rule(partsAt(tuple), here) : undefined
  if (item === undefined) bounds.max = Math.min(bounds.max, prefix.length)
  if (bounds.min > bounds.max) return undefined
  noteWhatIsLeft(context, facets, bounds)
  if (!tuple && !contained) return arrayRule(context.builder, item ?? '', bounds)
  const matchAt = (index: number): string | undefined =>
    contained && context.rule([...partsAt(index), contained.part], here)
  return chainRule(context, { prefix, item, ...bounds, matchAt, needed: contained?.count ?? 0 })
}

const itemParts = ({ schema, path }: Facet, index: number): Part[] => {
  const { prefix, rest } = itemSchemas(schema)
  if (index < prefix.length)
    return [
      { schema: prefix[index], path: `${path}/${Array.isArray(schema['items']) ? 'items' : 'prefixItems'}/${index}` },
    ]
  return rest === undefined
    ? []
    : [{ schema: rest, path: `${path}/${Array.isArray(schema['items']) ? 'additionalItems' : 'items'}` }]
}

/** A tuple has all its items, and no more, unless the schema says otherwise. */
const boundsOf = (facets: readonly Facet[], tuple: number, usualMost: number): { min: number; max: number } => {
  const least = strictest(facets, 'minItems', Math.max)
  const most = strictest(facets, 'maxItems', Math.min)
  if (least && least.value > MAX_REPEAT)
    throw refuseSchema('minItems', least.path, `"minItems" must be at most ${MAX_REPEAT}.`)
  const goesOn = facets.some(({ schema }) => itemSchemas(schema).rest !== undefined)
  const ends = facets.some(({ schema }) => schema['unevaluatedItems'] === false) && !goesOn
  const min = least?.value ?? Math.min(tuple, most?.value ?? Infinity)
  const usual = tuple && !goesOn && min <= tuple ? tuple : Math.max(usualMost, min, tuple)
  return { min, max: Math.min(most?.value ?? usual, ends ? tuple : MAX_REPEAT) }
}

const containsOf = (context: GrammarContext, facets: readonly Facet[]): { part: Part; count: number } | undefined => {
  const [first, ...others] = facets.filter(
    ({ schema: { contains, minContains } }) => contains !== undefined && minContains !== 0,
  )
  for (const { path } of others) context.note(path, 'contains', 'only the first of several is kept')
  if (!first) return undefined
  const { schema, path } = first
  const count = typeof schema['minContains'] === 'number' ? schema['minContains'] : 1
  if (count > MAX_COUNTED) context.note(path, 'minContains', `it is counted up to ${MAX_COUNTED}`)
  return { part: { schema: schema['contains'], path: `${path}/contains` }, count: Math.min(count, MAX_COUNTED) }
}

const noteWhatIsLeft = (context: GrammarContext, facets: readonly Facet[], { max }: { max: number }): void => {
  for (const { schema, path } of facets) {
    if (schema['uniqueItems'] === true && max > 1)
      context.note(path, 'uniqueItems', 'a grammar does not remember items')
    if (typeof schema['maxContains'] === 'number' && schema['contains'] !== undefined && schema['maxContains'] < max)
      context.note(path, 'maxContains', 'a grammar cannot tell what an item is not')
    if (schema['unevaluatedItems'] !== undefined && typeof schema['unevaluatedItems'] !== 'boolean')
      context.note(path, 'unevaluatedItems', 'only true and false are kept')
  }
  for (const { value, path } of leftOut(facets).values)
    if (Array.isArray(value)) context.note(path, 'not', 'an array can be written in many ways')
}

interface Chain {
  prefix: string[]
  item: string | undefined
  min: number
  max: number
  matchAt: (index: number) => string | undefined
  /** How many items still have to be what `contains` says. */
  needed: number
}

/** Item by item, right-nested: what may follow is known at every place. */
const chainRule = (context: GrammarContext, { prefix, item, min, max, matchAt, needed }: Chain): string | undefined => {
  const { builder } = context
  const known = new Map<string, string | undefined>()
  /** From the item at `index` on. */
  const from = (index: number, missing: number): string | undefined => {
    const key = `${index},${missing}`
    if (known.has(key)) return known.get(key)
    context.step()
    const branches: string[] = []
    const add = (value: string | undefined, left: number): void => {
      const rest = value === undefined ? undefined : after(index + 1, left)
      if (rest !== undefined) branches.push(`${value} ${rest}`.trimEnd())
    }
    if (index < max && missing <= max - index) {
      if (missing > 0) add(matchAt(index), missing - 1)
      add(prefix[index] ?? item, missing)
    }
    const rule = branches.length ? builder.rule('items', branches.join(' | '), branches.length) : undefined
    known.set(key, rule)
    return rule
  }
  const after = (index: number, missing: number): string | undefined => {
    const mayEnd = index >= min && missing === 0
    if (missing === 0 && index >= prefix.length && item !== undefined)
      return repeat(`( "," ${item} )`, { min: Math.max(0, min - index), max: max - index })
    const more = from(index, missing)
    if (more === undefined) return mayEnd ? '' : undefined
    return mayEnd ? `( "," ${more} )?` : `"," ${more}`
  }
  // From the last item on: no call goes deep.
  for (let index = max; index > 0; index--) for (let missing = 0; missing <= needed; missing++) from(index, missing)
  const all = from(0, needed)
  const empty = min === 0 && needed === 0
  if (all === undefined) return empty ? builder.rule('array', '"[]"') : undefined
  return builder.rule('array', empty ? `"[" ( ${all} )? "]"` : `"[" ${all} "]"`, 1)
}
