import { RtError } from '@rt/core'
import {
  type CodePoints,
  codePointsOf,
  EVERY,
  hasCodePoint,
  invert,
  subtract,
  toCodePoints,
  withoutSurrogates,
} from './code-points.ts'

/** What a regular expression says, without how it is tried: no order, no greed, no captures. */
export type Pattern =
  | { kind: 'chars'; set: CodePoints }
  | { kind: 'sequence'; items: Pattern[] }
  | { kind: 'choice'; items: Pattern[] }
  | { kind: 'repeat'; item: Pattern; min: number; max: number }
  | { kind: 'edge'; at: 'start' | 'end' }
  /** What follows matches `item` too (or does not). Only at the very start of a pattern can automata say that. */
  | { kind: 'ahead'; item: Pattern; negated: boolean }

const MAX_LENGTH = 5000
const MAX_DEPTH = 50
/** Each is looked up once a process, in some milliseconds. */
const MAX_PROPERTIES = 16

/**
 * Reads a regular expression as JSON Schema means it (ECMA-262 with the flag `u`, but lenient about needless escapes).
 *
 * @throws RtError `schema_unsupported` with the reason in its message: a syntax error, a back reference, `\b`, lookbehind.
 */
export const parsePattern = (source: string): Pattern => {
  const chars = Array.from(source)
  if (chars.length > MAX_LENGTH) throw unsupported(`it is longer than ${MAX_LENGTH} characters`)
  let at = 0
  let named = 0
  let depth = 0

  const choice = (): Pattern => {
    if (++depth > MAX_DEPTH) throw unsupported(`its groups are nested more than ${MAX_DEPTH} deep`)
    const items = [sequence()]
    while (chars[at] === '|') {
      at++
      items.push(sequence())
    }
    depth--
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }

  const sequence = (): Pattern => {
    const items: Pattern[] = []
    while (at < chars.length && chars[at] !== '|' && chars[at] !== ')') items.push(quantified(atom()))
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  const quantified = (item: Pattern): Pattern => {
    const bounds = quantifier()
    if (!bounds) return item
    if (chars[at] === '?') at++ // Lazy or greedy: the same texts.
    if (item.kind === 'edge' || item.kind === 'ahead') throw unsupported('it repeats an assertion')
    if (bounds[0] > bounds[1]) throw unsupported('a repetition has its bounds crossed')
    return { kind: 'repeat', item, min: bounds[0], max: bounds[1] }
  }

  const quantifier = (): [number, number] | undefined => {
    const simple = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] } as Record<string, [number, number]>
    const known = simple[chars[at] ?? '']
    if (known) {
      at++
      return known
    }
    const [all, min, comma, max] = /^\{(\d{1,9})(,?)(\d{0,9})\}/.exec(chars.slice(at, at + 24).join('')) ?? []
    if (all === undefined) return undefined
    at += all.length
    return [Number(min), comma ? (max ? Number(max) : Infinity) : Number(min)]
  }

  const atom = (): Pattern => {
    const char = chars[at++]!
    if (char === '(') return group()
    if (char === '[') return { kind: 'chars', set: charClass() }
    if (char === '.') return { kind: 'chars', set: invert(codePointsOf('\n\r\u2028\u2029')) }
    if (char === '^') return { kind: 'edge', at: 'start' }
    if (char === '$') return { kind: 'edge', at: 'end' }
    if ('*+?'.includes(char)) throw unsupported(`there is nothing for "${char}" to repeat`)
    if (char === '\\') return { kind: 'chars', set: escape(false) }
    return { kind: 'chars', set: codePointsOf(char) }
  }

  const group = (): Pattern => {
    const prefix = /^\?(?::|=|!|<=|<!|<[A-Za-z_$][\w$]*>)/.exec(chars.slice(at, at + 80).join(''))?.[0] ?? ''
    if (!prefix && chars[at] === '?') throw unsupported('it has a kind of group that is not known')
    if (prefix === '?<=' || prefix === '?<!') throw unsupported('it looks behind')
    at += prefix.length
    const item = choice()
    if (chars[at++] !== ')') throw unsupported('a group is not closed')
    if (prefix === '?=' || prefix === '?!') return { kind: 'ahead', item, negated: prefix === '?!' }
    return item
  }

  const charClass = (): CodePoints => {
    const negated = chars[at] === '^'
    if (negated) at++
    const ranges: (readonly [number, number])[] = []
    while (chars[at] !== ']') {
      if (at >= chars.length) throw unsupported('a class of characters is not closed')
      const from = member()
      if (chars[at] === '-' && chars[at + 1] !== ']' && isSingle(from)) {
        at++
        const to = member()
        if (!isSingle(to) || to[0]![0] < from[0]![0]) throw unsupported('a range of characters has its ends crossed')
        ranges.push([from[0]![0], to[0]![0]])
      } else ranges.push(...from)
    }
    at++
    const set = withoutSurrogates(toCodePoints(ranges))
    return negated ? invert(set) : set
  }

  const member = (): CodePoints => {
    const char = chars[at++]!
    return char === '\\' ? escape(true) : codePointsOf(char)
  }

  const escape = (inClass: boolean): CodePoints => {
    const char = chars[at++]
    if (char === undefined) throw unsupported('it ends with a backslash')
    const shorthand = SHORTHANDS[char.toLowerCase()]
    if (shorthand && 'dwsDWS'.includes(char)) return char === char.toLowerCase() ? shorthand : invert(shorthand)
    if (char === 'p' || char === 'P') return property(char === 'P')
    if (CONTROLS[char] !== undefined) return codePointsOf(CONTROLS[char])
    if (char === 'b' && inClass) return codePointsOf('\b')
    if (char === '0' && !/\d/.test(chars[at] ?? '')) return codePointsOf('\0')
    if (char === 'x' || char === 'u' || char === 'c') return codePointsOf(coded(char))
    if (/[1-9k]/.test(char)) throw unsupported('it refers back to a group')
    if (char === 'b' || char === 'B') throw unsupported(`it has \\${char}`)
    if (/[A-Za-z0-9]/.test(char)) throw unsupported(`the escape \\${char} is not known`)
    return codePointsOf(char)
  }

  const coded = (kind: string): string => {
    const forms = { x: /^([0-9a-f]{2})/i, u: /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/i, c: /^([A-Za-z])/ }
    const match = forms[kind as keyof typeof forms].exec(chars.slice(at, at + 8).join(''))
    if (!match) throw unsupported(`the escape \\${kind} is not complete`)
    at += match[0].length
    if (kind === 'c') return String.fromCodePoint(match[1]!.charCodeAt(0) % 32)
    const code = Number.parseInt(match[1] ?? match[2]!, 16)
    const low = /^\\u(d[c-f][0-9a-f]{2})/i.exec(chars.slice(at, at + 6).join(''))
    if (code >= 0xd800 && code <= 0xdbff && low) {
      at += 6
      return String.fromCharCode(code, Number.parseInt(low[1]!, 16))
    }
    if (code > 0x10ffff || !hasCodePoint(EVERY, code)) throw unsupported('it names a code point that is no character')
    return String.fromCodePoint(code)
  }

  const property = (negated: boolean): CodePoints => {
    const [all, name] = /^\{([A-Za-z_]{1,40}(?:=[A-Za-z_]{1,40})?)\}/.exec(chars.slice(at, at + 90).join('')) ?? []
    if (all === undefined) throw unsupported('a Unicode property is not complete')
    at += all.length
    if (++named > MAX_PROPERTIES) throw unsupported(`it names more than ${MAX_PROPERTIES} Unicode properties`)
    const set = propertySet(name!)
    return negated ? invert(set) : set
  }

  const pattern = choice()
  if (at < chars.length) throw unsupported('a group is closed that was not opened')
  return pattern
}

const CONTROLS: Record<string, string> = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }

const SHORTHANDS: Record<string, CodePoints> = {
  d: [[0x30, 0x39]],
  w: toCodePoints([...codePointsOf('_'), [0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]]),
  s: toCodePoints([...codePointsOf('\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff'), [0x2000, 0x200a]]),
}

const isSingle = (set: CodePoints): boolean => set.length === 1 && set[0]![0] === set[0]![1]

const properties = new Map<string, CodePoints>()

/** Code points asked for together: one by one a property takes a hundred times as long. */
const BLOCK = 0x800
/** Planes without characters, and those of private use: all of their code points are alike, but for two at the end of each. */
const UNIFORM: CodePoints = [
  [0x40000, 0xdffff],
  [0xf0000, 0x10ffff],
]

/** The runtime knows Unicode. */
const propertySet = (name: string): CodePoints => {
  const known = properties.get(name)
  if (known) return known
  let has: RegExp
  try {
    has = new RegExp(`\\p{${name}}+`, 'gu')
  } catch {
    throw unsupported(`there is no Unicode property "${name}"`)
  }
  const holds = (code: number): boolean => String.fromCodePoint(code).search(has) === 0
  const alike = UNIFORM.filter(([from, to]) => holds(from) === holds(to))
  const scanned = alike.reduce((rest, range) => subtract(rest, [range]), EVERY)
  const set = toCodePoints([
    ...scanned.flatMap((range) => runsOf(has, range)),
    ...alike.filter(([from]) => holds(from)),
  ])
  properties.set(name, set)
  return set
}

/** Where an expression matches one code point after another. */
const runsOf = (has: RegExp, [from, to]: CodePoints[number]): [number, number][] => {
  const runs: [number, number][] = []
  for (let first = from; first <= to; first += BLOCK) {
    const size = Math.min(BLOCK, to + 1 - first)
    const units = first > 0xffff ? 2 : 1
    const text = String.fromCodePoint(...Array.from({ length: size }, (_, i) => first + i))
    for (const { index, 0: run } of text.matchAll(has)) {
      const start = first + index / units
      runs.push([start, start + run.length / units - 1])
    }
  }
  return runs
}

const unsupported = (reason: string): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the pattern cannot be compiled: ${reason}.`,
    hint: 'Write it with characters, classes, groups, "|" and repetitions.',
    data: { reason },
  })
