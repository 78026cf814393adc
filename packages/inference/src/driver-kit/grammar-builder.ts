import { RtError } from '@rt/core'

/**
 * Most rules a grammar may hold by default, counted as the native parser holds them (repetitions and groups expanded).
 * 16,000 take llama.cpp some milliseconds to parse; an unbounded grammar can hold a core for minutes.
 */
export const DEFAULT_MAX_RULES = 16_000

/** Longest grammar text in characters: beyond it somebody has put data into a schema. */
export const MAX_GRAMMAR_TEXT = 1_000_000

/** Collects GBNF rules. Equal bodies share one rule, so a schema that repeats itself stays small. */
export interface GrammarBuilder {
  /** The name of the rule with this body; `cost` = native rules it needs beside itself (repetitions, groups, branches). */
  rule(prefix: string, body: string, cost?: number): string
  /** A name for a rule that refers to itself; its body follows by `define`. */
  reserve(prefix: string): string
  define(name: string, body: string, cost?: number): void
  /** The grammar whose `root` is the given body. */
  build(root: string): string
}

/**
 * @param maxRules default 16,000.
 * @throws RtError `schema_unsupported`, from every method, as soon as the grammar grows past the limit.
 */
export const createGrammarBuilder = (maxRules: number = DEFAULT_MAX_RULES): GrammarBuilder => {
  const names = new Map<string, string>()
  const bodies: string[] = []
  let reserved = 0
  let rules = 1
  let text = 0
  const count = (body: string, cost: number): void => {
    rules += 1 + cost
    text += body.length
    if (rules > maxRules || text > MAX_GRAMMAR_TEXT) throw tooLarge(maxRules)
  }
  const define = (name: string, body: string, cost: number = 0): void => {
    count(body, cost)
    bodies.push(`${name} ::= ${body}`)
  }
  return {
    rule(prefix, body, cost = 0) {
      const known = names.get(body)
      if (known) return known
      const name = `${prefix}-${names.size}`
      names.set(body, name)
      define(name, body, cost)
      return name
    },
    reserve: (prefix) => `${prefix}-r${reserved++}`,
    define,
    build: (root) => [`root ::= ${root}`, ...bodies, ''].join('\n'),
  }
}

/** A GBNF literal of exactly this text. */
export const literal = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\p{Cc}/gu, hexEscape)}"`

const hexEscape = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`

const tooLarge = (maxRules: number): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the JSON Schema is too large: its grammar would need more than ${maxRules} rules or ${MAX_GRAMMAR_TEXT} characters.`,
    hint: 'Use fewer keys, shorter enums and smaller maxLength and maxItems, or split the schema over several tools.',
    data: { maxRules },
  })
