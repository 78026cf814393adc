import { RtError } from '@rt/core'
import { DEFAULT_MAX_LENGTH, MAX_REPEAT, stringRule } from '../json-rules.ts'
import { type Automaton, both, complement, lengths, ofLength, ofTexts, trim } from '../pattern/automaton.ts'
import { compilePattern, MAX_STATES } from '../pattern/compile-pattern.ts'
import { FORMATS } from '../pattern/formats.ts'
import { refuseSchema } from '../schema/check-words.ts'
import type { Facet } from '../schema/expand-schema.ts'
import { leftOut, strictest } from '../schema/facets.ts'
import { stringTailRule } from './automaton-rule.ts'
import type { GrammarContext } from './grammar-context.ts'

/** Words that say how a text is meant, not how it looks. */
const SILENT_FORMATS = new Set(
  'password binary regex markdown html textarea color float double int32 int64 uint32 uint64'.split(' '),
)
/** States of one string's automaton with its length counted in; a longest length is lowered to keep to it. */
const COUNTED_STATES = 1500

/** The rule of a string for which all facets hold; undefined = there is none. */
export const stringFacetsRule = (context: GrammarContext, facets: readonly Facet[]): string | undefined => {
  const { min, max } = lengthOf(facets)
  const texts = textsOf(context, facets)
  if (!texts) {
    if (min > (max ?? Infinity)) return undefined
    const bounds = { min, max: Math.min(max ?? Math.max(DEFAULT_MAX_LENGTH, min), MAX_REPEAT) }
    return stringRule(context.builder, bounds)
  }
  const key = JSON.stringify(['string', texts.key, min, max ?? null])
  return context.once(key, () => {
    const automaton = withLength(context, texts.automaton, { min, max, facets })
    return automaton && context.builder.rule('string', `"\\"" ${stringTailRule(context.builder, automaton)}`)
  })
}

/** The inside of a string and its closing quote, of texts that the facets and `extra` allow; for keys of objects. */
export const keyTailRule = (
  context: GrammarContext,
  facets: readonly Facet[],
  { extra, key, longest }: { extra: Automaton | undefined; key: string; longest: number },
): string | undefined => {
  const { min, max } = lengthOf(facets)
  const texts = textsOf(context, facets)
  const cacheKey = JSON.stringify(['key', texts?.key ?? '', key, min, max ?? null, longest])
  return context.once(cacheKey, () => {
    let automaton = texts?.automaton ?? ofLength(0, Infinity)
    const joined = extra && both(automaton, extra, MAX_STATES)
    if (extra && !joined) context.note(facets[0]?.path ?? '#', 'propertyNames', 'it needs too many states')
    if (extra) automaton = joined ?? extra
    const limited = withLength(context, automaton, { min, max: Math.min(max ?? longest, longest), facets })
    return limited && stringTailRule(context.builder, limited)
  })
}

const reasonOf = ({ data, message }: RtError): string => {
  const reason = data?.['reason']
  return typeof reason === 'string' ? reason : message
}

const lengthOf = (facets: readonly Facet[]): { min: number; max: number | undefined } => {
  const least = strictest(facets, 'minLength', Math.max)
  const most = strictest(facets, 'maxLength', Math.min)
  const min = least?.value ?? 0
  if (least && min > MAX_REPEAT)
    throw refuseSchema('minLength', least.path, `"minLength" must be at most ${MAX_REPEAT}.`)
  return { min, max: most?.value }
}

/** What patterns, formats and values left out say together; undefined = nothing. */
const textsOf = (
  context: GrammarContext,
  facets: readonly Facet[],
): { automaton: Automaton; key: string } | undefined => {
  const used: string[] = []
  let automaton: Automaton | undefined
  const add = (name: string, path: string, keyword: string, make: () => Automaton): void => {
    if (used.includes(name)) return
    context.step()
    try {
      const made = make()
      const joined = automaton ? both(automaton, made, MAX_STATES) : made
      if (!joined)
        return context.note(path, keyword, `with the other constraints it needs more than ${MAX_STATES} states`)
      automaton = joined
      used.push(name)
    } catch (error) {
      if (!RtError.isInstance(error)) throw error
      context.note(path, keyword, reasonOf(error))
    }
  }
  for (const { schema, path } of facets) {
    const { pattern, format } = schema
    if (typeof pattern === 'string') add(`/${pattern}`, path, 'pattern', () => compilePattern(pattern))
    if (typeof format !== 'string') continue
    if (Object.hasOwn(FORMATS, format)) add(`:${format}`, path, 'format', () => compilePattern(FORMATS[format]!))
    else if (!SILENT_FORMATS.has(format))
      context.note(path, 'format', `the format ${JSON.stringify(format)} is not known`)
  }
  const { values, patterns } = leftOut(facets)
  for (const { pattern, path } of patterns) add(`!/${pattern}`, path, 'not', () => complement(compilePattern(pattern)))
  const texts = values.flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  if (texts.length) add(`!${JSON.stringify(texts)}`, values[0]!.path, 'not', () => complement(ofTexts(texts)))
  return automaton && { automaton, key: JSON.stringify(used) }
}

/** Lengths counted in. Where a text could go on for ever it ends earlier: a small model else never closes one. */
const withLength = (
  context: GrammarContext,
  automaton: Automaton,
  { min, max = Infinity, facets }: { min: number; max: number | undefined; facets: readonly Facet[] },
): Automaton | undefined => {
  const all = trim(automaton)
  if (!all || min > max) return undefined
  const own = lengths(all)
  if (own.min >= min && own.max <= max && own.max <= MAX_REPEAT) return all
  const room = Math.min(256, Math.max(16, Math.floor(COUNTED_STATES / all.accepts.length)))
  const last = Math.min(max, own.max, Math.max(min, own.min) + room)
  for (const most of [last, Math.min(max, MAX_REPEAT)]) {
    const counted = both(all, ofLength(min, most), MAX_STATES)
    const limited = counted && trim(counted)
    if (limited) return limited
    if (counted && most === max) return undefined
  }
  const path = facets[0]?.path ?? '#'
  if (min > own.min || max < own.max)
    context.note(path, min > own.min ? 'minLength' : 'maxLength', 'with the pattern it needs too many states')
  return all
}
