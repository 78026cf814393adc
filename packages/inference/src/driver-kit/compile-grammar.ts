import { type JsonSchema, RtError } from '@rt/core'
import { arrayFacetsRule } from './gbnf/array-rule.ts'
import type { GrammarContext } from './gbnf/grammar-context.ts'
import { numberFacetsRule } from './gbnf/number-rule.ts'
import { keyConstants, mayHaveKey, objectFacetsRule } from './gbnf/object-facets-rule.ts'
import { hasFiniteText } from './gbnf/read-grammar.ts'
import { stringFacetsRule } from './gbnf/string-rule.ts'
import { textSetExpression } from './gbnf/text-set.ts'
import { createGrammarBuilder, type GrammarBuilder } from './grammar-builder.ts'
import { anyObjectRule, anyValueRule, booleanRule, nullRule } from './json-rules.ts'
import { isSilent, refuseSchema } from './schema/check-words.ts'
import { expandSchema, type Facet } from './schema/expand-schema.ts'
import { areDisjoint, type Kind, kindsOf, listedValues } from './schema/facets.ts'
import { createReferences, type SchemaObject } from './schema/references.ts'
import { createJsonValidator } from './schema/validate-json.ts'

export interface CompileGrammarOptions {
  /** Most rules, as the native parser counts them (repetitions expanded). Default 16,000. */
  maxRules?: number
  /** Most milliseconds. Default 1000. */
  budgetMs?: number
}

/** A constraint that the grammar does not keep, or not wholly: the answer has to be checked for it. */
export interface Relaxation {
  /** Where in the schema: a JSON pointer with `#`. */
  path: string
  keyword: string
  reason: string
}

export interface CompiledGrammar {
  /** GBNF with the rule `root`. */
  grammar: string
  /** Empty: whatever the grammar lets through is valid. */
  relaxed: Relaxation[]
}

/**
 * JSON Schema (2020-12, and draft-07's words) to GBNF, the grammar format of llama.cpp. What the grammar lets through
 * parses as JSON without any free white space and is valid against the schema but for what `relaxed` lists, each at its
 * place only. It is narrower than the schema where a model would otherwise get lost: keys come in declared order, none
 * that nobody described; strings, arrays and numbers end somewhere (docs/engines/gguf.md has the table).
 *
 * @throws RtError `schema_unsupported`: a keyword that does not say what it must, a reference that leaves the schema, a schema
 * that no value satisfies, or one that takes too long or too many rules.
 */
export const compileGrammar = (schema: JsonSchema, options: CompileGrammarOptions = {}): CompiledGrammar => {
  const compiler = createSchemaCompiler(options)
  const root = compiler.rule(schema, '#')
  return { grammar: compiler.build(root), relaxed: compiler.relaxed }
}

/** Any JSON object, 4 levels of objects and arrays below it, as GBNF. */
export const jsonObjectGrammar = (): string => {
  const builder = createGrammarBuilder()
  return builder.build(anyObjectRule(builder))
}

/** Compiles several schemas into one grammar. */
export interface SchemaCompiler {
  readonly builder: GrammarBuilder
  readonly relaxed: Relaxation[]
  /** The rule of a schema that stands at `path`. */
  rule(schema: unknown, path: string): string
  build(root: string): string
}

/** Steps are counted too: the same schema is refused on a slow machine and on a fast one. */
const MAX_STEPS = 200_000
const MAX_DEPTH = 64

export const createSchemaCompiler = ({ maxRules, budgetMs = 1000 }: CompileGrammarOptions = {}): SchemaCompiler => {
  const builder = createGrammarBuilder(maxRules)
  const relaxed = new Map<string, Relaxation>()
  const cache = new Map<string, string | undefined>()
  const end = performance.now() + budgetMs
  let steps = 0
  const shared = {
    builder,
    note(path: string, keyword: string, reason: string): void {
      const key = `${path} ${keyword}`
      if (!relaxed.has(key)) relaxed.set(key, { path, keyword, reason })
    },
    step(): void {
      if (++steps > MAX_STEPS || performance.now() > end) throw tooMuch(budgetMs)
    },
    once(key: string, make: () => string | undefined): string | undefined {
      if (!cache.has(key)) cache.set(key, make())
      return cache.get(key)
    },
  }
  return {
    builder,
    get relaxed() {
      return [...relaxed.values()]
    },
    rule(schema, path) {
      const context = createContext(schema, shared)
      const rule = context.rule([{ schema, path }], 0)
      if (rule === undefined)
        throw refuseSchema('schema', path, 'No value satisfies it: look for parts that contradict.')
      return rule
    },
    build(root) {
      const grammar = builder.build(root)
      if (!hasFiniteText(grammar))
        throw refuseSchema('$ref', '#', 'No value satisfies it: a required key needs itself.')
      return grammar
    },
  }
}

/** What a facet says itself: the rest was resolved when it became one. */
const ownWords = (schema: SchemaObject): SchemaObject | true => {
  const own = Object.entries(schema).filter(([keyword]) => !RESOLVED.has(keyword))
  return own.length === 0 || Object.fromEntries(own)
}

const RESOLVED = new Set(
  '$ref $dynamicRef $recursiveRef $defs definitions enum const allOf anyOf oneOf if then else'.split(' '),
)

type Shared = Pick<GrammarContext, 'builder' | 'note' | 'step' | 'once'>

const createContext = (root: unknown, shared: Shared): GrammarContext => {
  const references = createReferences(root)
  const validate = createJsonValidator(root as JsonSchema, references)
  const derived = new Map<SchemaObject, Map<string, unknown>>()
  const context: GrammarContext = {
    ...shared,
    references,
    derive(schema, keyword, make) {
      const known = derived.get(schema) ?? new Map<string, unknown>()
      derived.set(schema, known)
      if (!known.has(keyword)) known.set(keyword, make())
      return known.get(keyword)
    },
    valid(value, facets) {
      shared.step()
      return facets.every(({ schema }) => {
        const own = context.derive(schema, 'own words', () => ownWords(schema))
        return own === true || validate(value, own) === undefined
      })
    },
    disjoint: (a, b) =>
      areDisjoint(a, b, {
        valid: context.valid,
        constants: (facets, key) => keyConstants(context, facets, key),
        mayHave: mayHaveKey,
      }),
    rule: createRuleOf(() => context),
  }
  return context
}

/** The same parts are the same rule, also while it is being written: so schemas in a circle become rules in a circle. */
const createRuleOf = (contextOf: () => GrammarContext): GrammarContext['rule'] => {
  const ids = new Map<unknown, number>()
  const known = new Map<string, { done: boolean; name?: string | undefined }>()
  const idOf = (schema: unknown): number => {
    const id = ids.get(schema) ?? ids.size
    ids.set(schema, id)
    return id
  }
  return (parts, depth) => {
    const context = contextOf()
    context.step()
    if (depth > MAX_DEPTH)
      throw refuseSchema('nesting', parts[0]?.path ?? '#', `Schemas are compiled up to ${MAX_DEPTH} levels deep.`)
    const key = [...new Set(parts.filter(({ schema }) => schema !== true).map(({ schema }) => idOf(schema)))].join()
    const before = known.get(key)
    if (before && !before.done) before.name ??= context.builder.reserve('node')
    if (before) return before.name
    const entry: { done: boolean; name?: string | undefined } = { done: false }
    known.set(key, entry)
    const alternatives = expandSchema(parts, context)
    const rules = [...new Set(alternatives.flatMap((facets) => facetRules(context, facets, depth)))]
    entry.done = true
    if (entry.name !== undefined) {
      if (!rules.length) throw refuseSchema('$ref', parts[0]!.path, 'No value satisfies it.')
      context.builder.define(entry.name, rules.join(' | '), rules.length)
    } else if (rules.length)
      entry.name = rules.length === 1 ? rules[0] : context.builder.rule('either', rules.join(' | '), rules.length)
    return entry.name
  }
}

/** A rule for each kind of value that facets which all hold allow. */
const facetRules = (context: GrammarContext, facets: readonly Facet[], depth: number): string[] => {
  if (facets.every(({ schema }) => isSilent(schema))) return [anyValueRule(context.builder)]
  const listed = listedValues(facets)
  if (listed)
    return constantsRule(
      context,
      listed.filter((value) => context.valid(value, facets)),
    )
  const kinds = kindsOf(facets)
  return kinds.flatMap((kind) => kindRule(context, kind, { facets, kinds, depth }) ?? [])
}

const kindRule = (
  context: GrammarContext,
  kind: Kind,
  { facets, kinds, depth }: { facets: readonly Facet[]; kinds: readonly Kind[]; depth: number },
): string | string[] | undefined => {
  switch (kind) {
    case 'object':
      return objectFacetsRule(context, facets, depth)
    case 'array':
      return arrayFacetsRule(context, facets, depth)
    case 'string':
      return stringFacetsRule(context, facets)
    case 'integer':
      return kinds.includes('fraction') ? undefined : numberFacetsRule(context, facets, { whole: true })
    case 'fraction':
      return numberFacetsRule(context, facets, { whole: false })
    case 'boolean': {
      const values = [true, false].filter((value) => context.valid(value, facets))
      return values.length === 2 ? booleanRule(context.builder) : constantsRule(context, values)
    }
    case 'null':
      return context.valid(null, facets) ? nullRule(context.builder) : undefined
  }
}

const constantsRule = (context: GrammarContext, values: readonly unknown[]): string[] => {
  const texts = values.map((value) => JSON.stringify(value)).filter((text) => text !== undefined)
  if (!texts.length) return []
  const { expression, cost } = textSetExpression(texts)
  return [context.builder.rule('const', expression, cost)]
}

const tooMuch = (budgetMs: number): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the JSON Schema takes more than ${budgetMs} ms or ${MAX_STEPS} steps to compile.`,
    hint: 'Use fewer alternatives and simpler patterns, or split it over several tools.',
    data: { budgetMs },
  })
