import type { Automaton, Move } from './automaton.ts'
import { toDecimal } from './number-pattern.ts'

/** More remainders than these make too many states. */
const MAX_MODULUS = 200

/**
 * Decimal numbers (no exponent) that are multiples of `step`: the automaton carries the remainder from digit to digit.
 * undefined = `step` has too many digits.
 */
export const multiplesOf = (step: number): Automaton | undefined => {
  const { whole, fraction } = toDecimal(step)
  const places = fraction.length
  const modulus = Number(whole + fraction)
  if (modulus > MAX_MODULUS || places > 6) return undefined
  const accepts: boolean[] = []
  const moves: Move[][] = []
  const index = new Map<string, number>()
  const open: { remainder: number; after: number }[] = []
  /** `after`: digits written after the point, -1 = no point yet. */
  const enter = (remainder: number, after: number): number => {
    const key = `${remainder},${after}`
    const before = index.get(key)
    if (before !== undefined) return before
    const state = open.push({ remainder, after }) + 1
    index.set(key, state)
    return state
  }
  const step10 = (remainder: number, digit: number): number => (remainder * 10 + digit) % modulus
  const begin: Move[] = Array.from({ length: 10 }, (_, digit) => ({
    set: [[48 + digit, 48 + digit]],
    to: enter(digit % modulus, -1),
  }))
  accepts.push(false, false)
  moves.push([{ set: [[45, 45]], to: 1 }, ...begin], begin)
  for (let i = 0; i < open.length; i++) {
    const { remainder, after } = open[i]!
    accepts.push(after !== 0 && (remainder * 10 ** (places - Math.max(after, 0))) % modulus === 0)
    const row: Move[] = []
    for (let digit = 0; digit < 10 && after < places; digit++)
      row.push({
        set: [[48 + digit, 48 + digit]],
        to: enter(step10(remainder, digit), after < 0 ? -1 : after + 1),
      })
    if (after < 0 && places > 0) row.push({ set: [[46, 46]], to: enter(remainder, 0) })
    moves.push(row)
  }
  return { accepts, moves }
}
