import type { RE2JS } from 're2js'

/** A pattern that takes time linear in the text, whatever it is. */
export interface SafePattern {
  test(text: string): boolean
  toString(): string
}

/**
 * Compiles a regular expression of JSON Schema with RE2, which never goes back. It lacks references to groups and looking
 * ahead; looking ahead right after `^` is a pattern of its own, and done as such.
 *
 * @returns undefined when RE2 cannot express it.
 */
export const compileSafePattern = (re2: typeof RE2JS, source: string): SafePattern | undefined => {
  try {
    const { aheads, rest } = splitAheads(source)
    const compile = (text: string): RE2JS => re2.compile(re2.translateRegExp(text), re2.LOOKBEHINDS)
    const whole = compile(rest)
    const others = aheads.map(({ source: inner, negated }) => ({ pattern: compile(`^(?:${inner})`), negated }))
    return {
      test: (text) => whole.test(text) && others.every(({ pattern, negated }) => pattern.test(text) !== negated),
      toString: () => source,
    }
  } catch {
    return undefined
  }
}

interface Ahead {
  source: string
  negated: boolean
}

/** `^(?=a)(?!b)c` as `^c` and what else must be found, or not, at the start. */
const splitAheads = (source: string): { aheads: Ahead[]; rest: string } => {
  const aheads: Ahead[] = []
  let rest = source
  while (/^\^\(\?[=!]/.test(rest)) {
    const end = closing(rest, 1)
    aheads.push({ source: rest.slice(4, end), negated: rest[3] === '!' })
    rest = `^${rest.slice(end + 1)}`
  }
  // With branches the start is that of the first one only.
  return aheads.length > 0 && hasBranches(rest) ? { aheads: [], rest: source } : { aheads, rest }
}

/** Where the group that opens at `start` closes. */
const closing = (source: string, start: number): number => {
  let depth = 0
  for (const { character, at } of characters(source)) {
    if (at < start) continue
    if (character === '(') depth++
    if (character === ')' && --depth === 0) return at
  }
  return source.length
}

const hasBranches = (source: string): boolean => {
  let depth = 0
  for (const { character } of characters(source)) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === '|' && depth === 0) return true
  }
  return false
}

/** What is neither escaped nor inside a class. */
function* characters(source: string): Generator<{ character: string; at: number }> {
  let inClass = false
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!
    if (character === '\\') at++
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else yield { character, at }
  }
}
