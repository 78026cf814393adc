import { wrongArgument as wrong } from '../wrong-argument.ts'
import { CONSTANTS, factorial, FUNCTIONS } from './functions.ts'
import {
  add,
  divide,
  floor,
  format,
  isExact,
  isZero,
  multiply,
  negate,
  power,
  toNumber,
  type Value,
  whole,
} from './rational.ts'

const MOST_CHARACTERS = 1000
const MOST_DEPTH = 50
const MOST_EXPONENT = 400
const TOKEN =
  /\s*(?:(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}][\p{L}\d]*)|(\*\*|[-+*/^%!(),×÷·−]))/uy
const SAME: Readonly<Record<string, string>> = { '×': '*', '·': '*', '÷': '/', '−': '-', '**': '^' }

type Token = { number: string } | { name: string } | { sign: string }

/**
 * The value of an arithmetic expression: exact as long as it is a fraction of whole numbers. Nothing is run but this
 * grammar, and what it calculates is bounded.
 *
 * @throws RtError `tool_arguments` saying what cannot be read, or cannot be calculated.
 */
export const evaluate = (expression: string): { text: string; exact: boolean } => {
  if (expression.length > MOST_CHARACTERS)
    throw wrong(`the expression has ${expression.length} characters; at most ${MOST_CHARACTERS} are read.`)
  const tokens = read(expression)
  let at = 0
  let depth = 0

  const peekSign = (): string | undefined => {
    const token = tokens[at]
    return token && 'sign' in token ? token.sign : undefined
  }
  const take = (...signs: string[]): string | undefined => {
    const sign = peekSign()
    if (sign === undefined || !signs.includes(sign)) return undefined
    at++
    return sign
  }
  const expect = (sign: string): void => {
    if (!take(sign)) throw wrong(`"${sign}" is missing ${placeOf(tokens[at])}.`)
  }
  /** What comes after it says whether `%` is a share or the rest of a division. */
  const startsOperand = (token: Token | undefined): boolean =>
    token !== undefined &&
    ('number' in token || ('name' in token && token.name !== 'of') || ('sign' in token && token.sign === '('))

  const sum = (): Value => {
    let value = product()
    for (let sign; (sign = take('+', '-'));) {
      const next = product()
      value = add(value, sign === '-' ? negate(next) : next)
    }
    return value
  }
  const product = (): Value => {
    let value = signed()
    for (;;) {
      const token = tokens[at]
      if (token && 'name' in token && token.name === 'of') {
        at++
        value = multiply(value, signed())
        continue
      }
      const sign = take('*', '/', '%')
      if (!sign) return value
      const next = signed()
      if (sign === '*') value = multiply(value, next)
      else if (isZero(next)) throw wrong('that divides by zero.')
      else if (sign === '/') value = divide(value, next)
      else value = add(value, negate(multiply(next, floor(divide(value, next)))))
    }
  }
  const signed = (): Value =>
    nested(() => {
      const sign = take('-', '+')
      if (!sign) return raised()
      const value = signed()
      return sign === '-' ? negate(value) : value
    })
  const raised = (): Value => {
    const base = after()
    if (!take('^')) return base
    const exponent = signed()
    if (isZero(base) && toNumber(exponent) < 0) throw wrong('that divides by zero.')
    return power(base, exponent)
  }
  const after = (): Value => {
    let value = primary()
    for (;;) {
      if (take('!')) value = factorial(value)
      else if (peekSign() === '%' && !startsOperand(tokens[at + 1])) {
        at++
        value = divide(value, whole(100n))
      } else return value
    }
  }
  const primary = (): Value => {
    const token = tokens[at++]
    if (token && 'number' in token) return toValue(token.number)
    if (token && 'name' in token) return named(token.name)
    if (token?.sign !== '(') throw wrong(`a number is missing ${placeOf(token)}.`)
    const value = sum()
    expect(')')
    return value
  }
  const named = (name: string): Value => {
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined
    if (constant !== undefined) return constant
    if (!Object.hasOwn(FUNCTIONS, name))
      throw wrong(
        `"${name}" is unknown. There are ${[...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS)].join(', ')}.`,
      )
    const [least, most, work] = FUNCTIONS[name]!
    expect('(')
    const args = [sum()]
    while (take(',')) args.push(sum())
    expect(')')
    if (args.length < least || args.length > most)
      throw wrong(`${name} takes ${least === most ? least : `${least} to ${most}`} numbers, not ${args.length}.`)
    return work(...args)
  }
  const nested = (work: () => Value): Value => {
    if (++depth > MOST_DEPTH) throw wrong(`more than ${MOST_DEPTH} brackets and signs inside each other.`)
    const value = work()
    depth--
    return value
  }

  const value = sum()
  if (at < tokens.length) throw wrong(`an operator is missing ${placeOf(tokens[at])}.`)
  if (!isExact(value) && !Number.isFinite(value))
    throw wrong(Number.isNaN(value) ? 'that has no value among the real numbers.' : 'the value is too large.')
  return format(value)
}

const read = (expression: string): Token[] => {
  const tokens: Token[] = []
  /** Inside a function a comma is between numbers, outside of one between thousands. */
  const inFunction: boolean[] = []
  const text = expression.trimEnd()
  let at = 0
  while (at < text.length) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)
    if (!found) throw wrong(`${JSON.stringify(text.slice(at, at + 10).trim())} cannot be read.`)
    const [all, number, name, sign] = found
    at += all.length
    if (number !== undefined) {
      const cut = number.includes(',') && inFunction.includes(true) ? number.slice(0, number.indexOf(',')) : number
      at -= number.length - cut.length
      tokens.push({ number: cut })
    } else if (name !== undefined) tokens.push({ name: name.toLowerCase() })
    else {
      const plain = SAME[sign!] ?? sign!
      const before = tokens.at(-1)
      if (plain === '(') inFunction.push(before !== undefined && 'name' in before && before.name !== 'of')
      if (plain === ')') inFunction.pop()
      tokens.push({ sign: plain })
    }
  }
  if (!tokens.length) throw wrong('the expression is empty.')
  return tokens
}

const toValue = (text: string): Value => {
  const [mantissa = '', exponent = '0'] = text.replaceAll(/[,_]/g, '').toLowerCase().split('e')
  const [before = '', decimals = ''] = mantissa.split('.')
  const shift = Number(exponent) - decimals.length
  if (Math.abs(shift) > MOST_EXPONENT + MOST_CHARACTERS) throw wrong(`${text} has too many digits.`)
  return multiply(whole(BigInt(before + decimals || '0')), power(whole(10n), whole(BigInt(shift))))
}

const placeOf = (token: Token | undefined): string =>
  token === undefined ? 'at the end' : `before "${Object.values(token)[0]}"`
