import type { GrammarBuilder } from './grammar-builder.ts'

/** Longest string written when the schema has no `maxLength`, in characters: a small model else never closes one. */
export const DEFAULT_MAX_LENGTH = 512
/** llama.cpp refuses a lower bound of a repetition above 2,000 and takes an upper one above it for "no limit". */
export const MAX_REPEAT = 2000
/** Most items written when the schema has no `maxItems`. */
export const DEFAULT_MAX_ITEMS = 32
/** What is usual, the fewer the more often references have come round: else the end of a tree is never reached. */
export const fewerInCircles = (usual: number, circles: number): number => Math.max(1, usual >> (2 * circles))

/** Most members of an object, and nesting below it, where the schema allows any JSON. */
const ANY_MEMBERS = 32
const ANY_DEPTH = 4
const ANY_KEY_LENGTH = 64

/** Inclusive bounds of a repetition. */
export interface Bounds {
  min: number
  max: number
}

/**
 * A JSON string of `min` to `max` code points. Escapes name no surrogate, so that the value is always well-formed text;
 * what lies outside the BMP is written as itself.
 */
export const stringRule = (builder: GrammarBuilder, { min, max }: Bounds): string => {
  const hex = builder.rule('hex', '[0-9a-fA-F]')
  const code = builder.rule('code', `[0-9a-cA-Ce-fE-F] ${hex} ${hex} ${hex} | [dD] [0-7] ${hex} ${hex}`)
  const char = builder.rule('char', String.raw`[^"\\\x00-\x1F\x7F] | "\\" ( ["\\/bfnrt] | "u" ${code} )`, 1)
  return builder.rule('string', `"\\"" ${repeat(char, { min, max })} "\\""`, max)
}

/** At most 15 digits: every value is an exact JavaScript number. No `-0`. */
export const integerRule = (builder: GrammarBuilder, options: { signed?: boolean } = {}): string =>
  builder.rule('integer', `"0" | ${options.signed === false ? '' : '"-"? '}[1-9] [0-9]{0,14}`, 15)

/** At most 15 digits before the point, 10 after it and 2 in the exponent: always finite. */
export const numberRule = (builder: GrammarBuilder, options: { signed?: boolean } = {}): string => {
  const whole = builder.rule('whole', '"0" | [1-9] [0-9]{0,14}', 15)
  const sign = options.signed === false ? '' : '"-"? '
  return builder.rule('number', `${sign}${whole} ( "." [0-9]{1,10} )? ( [eE] [-+]? [0-9]{1,2} )?`, 16)
}

export const booleanRule = (builder: GrammarBuilder): string => builder.rule('boolean', '"true" | "false"')

export const nullRule = (builder: GrammarBuilder): string => builder.rule('null', '"null"')

/** `[…]` of `min` to `max` items. */
export const arrayRule = (builder: GrammarBuilder, item: string, { min, max }: Bounds): string => {
  if (max === 0) return builder.rule('array', '"[]"')
  const more = repeat(`( "," ${item} )`, { min: Math.max(0, min - 1), max: max - 1 })
  // A rule of its own: llama.cpp multiplies repetitions that stand inside each other and refuses more than 2,000.
  const items = min === 0 && max > 1 ? builder.rule('items', `${item} ${more}`, max) : `${item} ${more}`.trimEnd()
  return builder.rule('array', min === 0 ? `"[" ( ${items} )? "]"` : `"[" ${items} "]"`, min === 0 ? 1 : max + 1)
}

/** Any JSON object, `depth` levels of objects and arrays below it. */
export const anyObjectRule = (builder: GrammarBuilder, depth: number = ANY_DEPTH): string => {
  const key = stringRule(builder, { min: 0, max: ANY_KEY_LENGTH })
  const member = builder.rule('member', `${key} ":" ${anyValueRule(builder, depth)}`)
  const more = repeat(`( "," ${member} )`, { min: 0, max: ANY_MEMBERS - 1 })
  return builder.rule('object', `"{" ( ${member} ${more} )? "}"`, ANY_MEMBERS + 1)
}

/** Any JSON value, `depth` levels deep; 0 = scalars only. */
export const anyValueRule = (builder: GrammarBuilder, depth: number = ANY_DEPTH): string => {
  const scalars = [
    stringRule(builder, { min: 0, max: DEFAULT_MAX_LENGTH }),
    numberRule(builder),
    booleanRule(builder),
    nullRule(builder),
  ]
  if (depth === 0) return builder.rule('value', scalars.join(' | '))
  const array = arrayRule(builder, anyValueRule(builder, depth - 1), { min: 0, max: DEFAULT_MAX_ITEMS })
  return builder.rule('value', [anyObjectRule(builder, depth - 1), array, ...scalars].join(' | '))
}

/** `what` so many times. */
export const repeat = (what: string, { min, max }: Bounds): string => {
  if (max === 0) return ''
  if (min === max) return min === 1 ? what : `${what}{${min}}`
  return min === 0 && max === 1 ? `${what}?` : `${what}{${min},${max}}`
}
