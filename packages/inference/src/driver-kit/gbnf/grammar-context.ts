import type { JsonValue } from '@rt/core'
import type { GrammarBuilder } from '../grammar-builder.ts'
import type { Compiling, Facet, Part } from '../schema/expand-schema.ts'

/** Where in the schema a rule stands. */
export interface Nesting {
  /** Objects and arrays around it. */
  depth: number
  /** How often references have led back to where they came from. */
  circles: number
}

/** What the rules of one grammar share while they are written. */
export interface GrammarContext extends Compiling {
  readonly builder: GrammarBuilder
  /** The rule of a value inside `around` for which all parts hold; undefined = there is no such value. */
  rule(parts: readonly Part[], around: Nesting): string | undefined
  /** Whether a value is valid against all facets, their lists of values and combining keywords aside. */
  valid(value: JsonValue, facets: readonly Facet[]): boolean
  /** What was made for this key before. */
  once(key: string, make: () => string | undefined): string | undefined
}
