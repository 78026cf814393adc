import { wrongArgument } from '../wrong-argument.ts'
import {
  add,
  compare,
  floor,
  format,
  isWhole,
  multiply,
  negate,
  power,
  root,
  toNumber,
  type Value,
  whole,
} from './rational.ts'

const HALF: Value = { n: 1n, d: 2n }
const MOST_FACTORIAL = 500n

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E, tau: 2 * Math.PI }

/** With the fewest and the most arguments of each. */
export const FUNCTIONS: Readonly<Record<string, [least: number, most: number, work: (...args: Value[]) => Value]>> = {
  abs: [1, 1, (x) => (compare(x, whole(0n)) < 0 ? negate(x) : x)],
  sqrt: [1, 1, (x) => (compare(x, whole(0n)) < 0 ? unfit('the root of a negative number') : root(x))],
  cbrt: [1, 1, (x) => Math.cbrt(toNumber(x))],
  floor: [1, 1, (x) => floor(x)],
  ceil: [1, 1, (x) => negate(floor(negate(x)))],
  round: [1, 2, (x, digits = whole(0n)) => round(x, digits)],
  min: [1, 100, (...all) => all.reduce((a, b) => (compare(a, b) <= 0 ? a : b))],
  max: [1, 100, (...all) => all.reduce((a, b) => (compare(a, b) >= 0 ? a : b))],
  ln: [1, 1, (x) => Math.log(positive(x))],
  log: [1, 1, (x) => Math.log10(positive(x))],
  log2: [1, 1, (x) => Math.log2(positive(x))],
  exp: [1, 1, (x) => Math.exp(toNumber(x))],
  sin: [1, 1, (x) => Math.sin(toNumber(x))],
  cos: [1, 1, (x) => Math.cos(toNumber(x))],
  tan: [1, 1, (x) => Math.tan(toNumber(x))],
  asin: [1, 1, (x) => Math.asin(toNumber(x))],
  acos: [1, 1, (x) => Math.acos(toNumber(x))],
  atan: [1, 1, (x) => Math.atan(toNumber(x))],
}

export const factorial = (value: Value): Value => {
  if (!isWhole(value) || value.n < 0n || value.n > MOST_FACTORIAL)
    return unfit(`the factorial of ${format(value).text}: only of whole numbers from 0 to ${MOST_FACTORIAL}`)
  let product = 1n
  for (let factor = 2n; factor <= value.n; factor++) product *= factor
  return whole(product)
}

/** Halves go away from zero, as people do it. */
const round = (value: Value, digits: Value): Value => {
  if (!isWhole(digits) || digits.n < -100n || digits.n > 100n) return unfit('digits that are no whole number up to 100')
  const scale = power(whole(10n), digits)
  const scaled = multiply(value, scale)
  const isNegative = compare(scaled, whole(0n)) < 0
  const rounded = floor(add(isNegative ? negate(scaled) : scaled, HALF))
  return multiply(isNegative ? negate(rounded) : rounded, power(whole(10n), negate(digits)))
}

const positive = (value: Value): number =>
  compare(value, whole(0n)) > 0 ? toNumber(value) : unfit('the logarithm of what is not above 0')

const unfit = (why: string): never => {
  throw wrongArgument(`${why} cannot be calculated.`)
}
