import { toDecimal } from '../pattern/number-pattern.ts'

/** Whether a decimal number is a whole multiple of another, by their digits: 0.07 is one of 0.01, as people count. */
export const isMultiple = (value: number, step: number): boolean => {
  if (!(step > 0) || value === 0) return true
  const [a, b] = [toDecimal(value), toDecimal(step)]
  // A number with hundreds of digits is compared as the computer holds it.
  if (a.whole.length + b.fraction.length > 400) return value % step === 0
  const places = Math.max(a.fraction.length, b.fraction.length)
  const scaled = ({ whole, fraction }: typeof a): bigint => BigInt(whole + fraction.padEnd(places, '0'))
  return scaled(a) % scaled(b) === 0n
}
