import { type JsonSchema, RtError } from '@rt/core'
import { arrayFacetsRule } from './gbnf/array-rule.ts'
import type { GrammarContext, Nesting } from './gbnf/grammar-context.ts'
import { numberFacetsRule } from './gbnf/number-rule.ts'
import { keyConstants, mayHaveKey, objectFacetsRule } from './gbnf/object-facets-rule.ts'
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
const MAX_CIRCLES = 8

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
      const rule = context.rule([{ schema, path }], { depth: 0, circles: 0 })
      if (rule === undefined)
        throw refuseSchema('schema', path, 'No value satisfies it: look for parts that contradict.')
      return rule
    },
    build: (root) => builder.build(root),
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

/**
 * The same parts are the same rule. Where references go in a circle each turn has rules of its own, up to MAX_CIRCLES: then
 * there is no such value, so an optional key is left out and a list is empty. A small model else never comes back.
 */
const createRuleOf = (contextOf: () => GrammarContext): GrammarContext['rule'] => {
  const ids = new Map<unknown, number>()
  const known = new Map<string, string | undefined>()
  const open = new Set<string>()
  const idOf = (schema: unknown): number => {
    const id = ids.get(schema) ?? ids.size
    ids.set(schema, id)
    return id
  }
  return (parts, around) => {
    const context = contextOf()
    context.step()
    const said = parts.map(({ schema }) => targetOf(schema, context)).filter((schema) => schema !== true)
    const same = [...new Set(said.map(idOf))].join()
    let { circles } = around
    while (open.has(`${same}@${circles}`)) circles++
    const depth = around.depth + 1
    if (circles > MAX_CIRCLES || (circles > 0 && depth > MAX_DEPTH)) return undefined
    if (depth > MAX_DEPTH)
      throw refuseSchema('nesting', parts[0]?.path ?? '#', `Schemas are compiled up to ${MAX_DEPTH} levels deep.`)
    const key = `${same}@${circles}`
    if (known.has(key)) return known.get(key)
    open.add(key)
    const alternatives = expandSchema(parts, context)
    const rules = [...new Set(alternatives.flatMap((facets) => facetRules(context, facets, { depth, circles })))]
    open.delete(key)
    const name = rules.length > 1 ? context.builder.rule('either', rules.join(' | '), rules.length) : rules[0]
    known.set(key, name)
    return name
  }
}

/** What a schema that is nothing but a reference refers to. */
const targetOf = (schema: unknown, { references }: GrammarContext): unknown => {
  let target = schema
  for (let step = 0; step < 32 && typeof target === 'object' && target !== null; step++) {
    const { $ref, ...rest } = target as SchemaObject
    if (typeof $ref !== 'string' || !(isSilent(rest) || references.onlyReference)) break
    target = references.resolve($ref, target as SchemaObject).schema
  }
  return target
}

/** A rule for each kind of value that facets which all hold allow. */
const facetRules = (context: GrammarContext, facets: readonly Facet[], here: Nesting): string[] => {
  if (facets.every(({ schema }) => isSilent(schema))) return [anyValueRule(context.builder)]
  const listed = listedValues(facets)
  if (listed)
    return constantsRule(
      context,
      listed.filter((value) => context.valid(value, facets)),
    )
  const kinds = kindsOf(facets)
  return kinds.flatMap((kind) => kindRule(context, kind, { facets, kinds, here }) ?? [])
}

const kindRule = (
  context: GrammarContext,
  kind: Kind,
  { facets, kinds, here }: { facets: readonly Facet[]; kinds: readonly Kind[]; here: Nesting },
): string | string[] | undefined => {
  switch (kind) {
    case 'object':
      return objectFacetsRule(context, facets, here)
    case 'array':
      return arrayFacetsRule(context, facets, here)
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
