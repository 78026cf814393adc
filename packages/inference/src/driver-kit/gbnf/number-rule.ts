import { integerRule, numberRule } from '../json-rules.ts'
import { type Automaton, both, complement, ofTexts, trim } from '../pattern/automaton.ts'
import { compilePattern, MAX_STATES } from '../pattern/compile-pattern.ts'
import { multiplesOf } from '../pattern/multiples.ts'
import {
  fitsDigits,
  integerPattern,
  type Limit,
  MAX_DIGITS,
  MAX_FRACTION,
  numberPattern,
  toDecimal,
} from '../pattern/number-pattern.ts'
import type { Facet } from '../schema/expand-schema.ts'
import { leftOut } from '../schema/facets.ts'
import { rawTextRule } from './automaton-rule.ts'
import type { GrammarContext } from './grammar-context.ts'

/** The rule of a number for which all facets hold; undefined = there is none. */
export const numberFacetsRule = (
  context: GrammarContext,
  facets: readonly Facet[],
  { whole }: { whole: boolean },
): string | undefined => {
  const steps = stepsOf(facets)
  const { low, high, fraction } = limitsOf(context, facets, { whole, steps: steps.map(({ step }) => step) })
  const omitted = omittedNumbers(context, facets, { whole })
  if (!steps.length && !omitted.length) {
    if (!high && (!low || (low.value === 0 && !low.exclusive)))
      return (whole ? integerRule : numberRule)(context.builder, { signed: !low })
  }
  const key = JSON.stringify([whole, low, high, steps, omitted])
  return context.once(key, () => {
    const source = whole ? integerPattern(low, high) : numberPattern(low, high, fraction)
    if (source === undefined) return undefined
    let automaton = compilePattern(source)
    const narrow = (other: Automaton | undefined, path: string, keyword: string): void => {
      const joined = other && both(automaton, other, MAX_STATES)
      if (joined) automaton = joined
      else context.note(path, keyword, 'it needs too many states')
    }
    for (const { step, path } of steps) narrow(multiplesOf(step), path, 'multipleOf')
    if (omitted.length) narrow(complement(ofTexts(omitted)), facets[0]!.path, 'not')
    const trimmed = trim(automaton)
    return trimmed && rawTextRule(context.builder, trimmed)
  })
}

const stepsOf = (facets: readonly Facet[]): { step: number; path: string }[] => [
  ...new Map(
    facets.flatMap(({ schema: { multipleOf }, path }) =>
      typeof multipleOf === 'number' ? [[multipleOf, { step: multipleOf, path }] as const] : [],
    ),
  ).values(),
]

/**
 * The strictest ends, and how many digits may follow the point: so few that a number of JavaScript, which has 15, is still
 * on the right side of an end, and a multiple of its step. An end with more digits than that is relaxed to its sign.
 */
const limitsOf = (
  context: GrammarContext,
  facets: readonly Facet[],
  { whole, steps }: { whole: boolean; steps: readonly number[] },
): { low: Limit | undefined; high: Limit | undefined; fraction: number } => {
  const lows = facets.flatMap((facet) => limitOf(facet, 'minimum', 'exclusiveMinimum'))
  const highs = facets.flatMap((facet) => limitOf(facet, 'maximum', 'exclusiveMaximum'))
  if (whole && facets.some(({ schema }) => schema['format'] === 'int32')) {
    lows.push({ value: -(2 ** 31), exclusive: false, path: '' })
    highs.push({ value: 2 ** 31 - 1, exclusive: false, path: '' })
  }
  const low = lows.toSorted((a, b) => b.value - a.value || Number(b.exclusive) - Number(a.exclusive))[0]
  const high = highs.toSorted((a, b) => a.value - b.value || Number(b.exclusive) - Number(a.exclusive))[0]
  const largest = whole ? Number.MAX_SAFE_INTEGER : 10 ** MAX_DIGITS
  const longest = Math.max(0, ...[low, high].map((limit) => (limit ? toDecimal(limit.value).whole.length : 0)))
  const places = Math.max(0, ...steps.map((step) => toDecimal(step).fraction.length))
  const fraction = Math.max(0, Math.min(MAX_FRACTION, MAX_DIGITS - longest, steps.length ? places : MAX_FRACTION))
  const keep = (limit: typeof low, isLow: boolean): Limit | undefined => {
    if (!limit) return undefined
    const { value, exclusive, path } = limit
    const outward = isLow ? value < 0 : value > 0
    const keyword = isLow ? 'minimum' : 'maximum'
    if (Math.abs(value) >= largest) {
      if (outward) return undefined
      context.note(path, keyword, 'numbers have at most 15 digits; only the sign is kept')
      return { value: 0, exclusive: true }
    }
    if (!whole && !fitsDigits(limit, fraction) && !steps.length)
      context.note(path, keyword, `it has more than ${fraction} digits after the point`)
    return { value, exclusive }
  }
  const kept = { low: keep(low, true), high: keep(high, false), fraction }
  if (whole || !steps.length) return kept
  const most = 10 ** (MAX_DIGITS - fraction) - 1
  return {
    low: kept.low && kept.low.value >= -most ? kept.low : { value: -most, exclusive: false },
    high: kept.high && kept.high.value <= most ? kept.high : { value: most, exclusive: false },
    fraction,
  }
}

const limitOf = ({ schema, path }: Facet, inclusive: string, exclusive: string): (Limit & { path: string })[] => {
  const [bound, other] = [schema[inclusive], schema[exclusive]]
  return [
    // Draft-04 and OpenAPI 3.0 say `exclusiveMinimum: true` beside `minimum`.
    ...(typeof bound === 'number' ? [{ value: bound, exclusive: other === true, path }] : []),
    ...(typeof other === 'number' ? [{ value: other, exclusive: true, path }] : []),
  ]
}

const omittedNumbers = (context: GrammarContext, facets: readonly Facet[], { whole }: { whole: boolean }): string[] =>
  leftOut(facets).values.flatMap(({ value, path }) => {
    if (typeof value !== 'number') return []
    if (whole) return Number.isInteger(value) ? [JSON.stringify(value)] : []
    context.note(path, 'not', 'a number can be written in many ways')
    return []
  })
