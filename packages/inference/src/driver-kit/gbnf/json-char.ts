import { type CodePoints, codePointsOf, hasCodePoint, invert, subtract, unite } from '../pattern/code-points.ts'

const NOT_PLAIN = unite(codePointsOf('"\\\u007f'), [[0, 0x1f]])
/** Characters with a short escape of their own, by the letter it has. */
const SHORT: readonly (readonly [letter: string, code: number])[] = [
  ['"', 0x22],
  ['\\', 0x5c],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
]

const known = new WeakMap<CodePoints, string>()

/** GBNF of one character of `set` as it stands inside a JSON string: as itself, or by the one escape it needs. */
export const jsonCharExpression = (set: CodePoints): string => {
  const expression = known.get(set) ?? write(set)
  known.set(set, expression)
  return expression
}

const write = (set: CodePoints): string => {
  const plain = subtract(set, NOT_PLAIN)
  const parts: string[] = plain.length ? [rawCharExpression(plain)] : []
  const letters = SHORT.filter(([, code]) => hasCodePoint(set, code)).map(([letter]) => letter)
  if (letters.length) parts.push(`"\\\\" ${classOf(codePointsOf(letters.join('')))}`)
  const coded = Array.from({ length: 0x20 }, (_, code) => code).filter(
    (code) => hasCodePoint(set, code) && !SHORT.some(([, short]) => short === code),
  )
  for (const high of [0, 1]) {
    const digits = coded.filter((code) => code >> 4 === high).map((code) => (code & 15).toString(16))
    if (digits.length) parts.push(`"\\\\u00${high}" ${hexDigits(digits)}`)
  }
  if (hasCodePoint(set, 0x7f)) parts.push('"\\\\u007" [fF]')
  return parts.length === 1 ? parts[0]! : `( ${parts.join(' | ')} )`
}

/** GBNF of one character of `set` as itself. */
export const rawCharExpression = (set: CodePoints): string => {
  const rest = invert(set)
  return rest.length < set.length ? `[^${ranges(rest)}]` : classOf(set)
}

const hexDigits = (digits: string[]): string => classOf(codePointsOf(digits.join('') + digits.join('').toUpperCase()))

const classOf = (set: CodePoints): string => `[${ranges(set)}]`

const ranges = (set: CodePoints): string =>
  set.map(([from, to]) => (from === to ? symbol(from) : `${symbol(from)}-${symbol(to)}`)).join('')

const symbol = (code: number): string => {
  const char = String.fromCodePoint(code)
  if (/[A-Za-z0-9_ ]/.test(char)) return char
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}
