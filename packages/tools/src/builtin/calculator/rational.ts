/** A number as it is: a fraction of whole numbers, in lowest terms, `d` > 0; or a floating-point one where none fits. */
export type Value = Fraction | number
export interface Fraction {
  n: bigint
  d: bigint
}

/** Past so many bits a fraction becomes a floating-point number: what is calculated stays bounded. */
const MOST_BITS = 8192
const MOST_DIGITS = 60
const MOST_DECIMALS = 30

export const whole = (n: bigint): Fraction => ({ n, d: 1n })

export const fraction = (n: bigint, d: bigint): Value => {
  const divisor = gcd(n < 0n ? -n : n, d < 0n ? -d : d)
  const sign = d < 0n ? -1n : 1n
  const value = { n: (sign * n) / divisor, d: (sign * d) / divisor }
  return bits(value.n) > MOST_BITS || bits(value.d) > MOST_BITS ? toNumber(value) : value
}

export const isExact = (value: Value): value is Fraction => typeof value !== 'number'
export const isWhole = (value: Value): value is Fraction => isExact(value) && value.d === 1n

export const toNumber = (value: Value): number => {
  if (!isExact(value)) return value
  // 64 bits of the quotient, wherever they stand: of large parts alone each may be Infinity.
  const { n, d } = value
  const shift = 64 - bits(n) + bits(d)
  const quotient = shift >= 0 ? (n << BigInt(shift)) / d : n / (d << BigInt(-shift))
  return Number(quotient) * 2 ** -shift
}

/** Of both exactly where both are exact, else as floating-point numbers. */
export const combine = (
  a: Value,
  b: Value,
  exactly: (a: Fraction, b: Fraction) => Value,
  about: (a: number, b: number) => number,
): Value => (isExact(a) && isExact(b) ? exactly(a, b) : about(toNumber(a), toNumber(b)))

export const add = (a: Value, b: Value): Value =>
  combine(
    a,
    b,
    (x, y) => fraction(x.n * y.d + y.n * x.d, x.d * y.d),
    (x, y) => x + y,
  )
export const multiply = (a: Value, b: Value): Value =>
  combine(
    a,
    b,
    (x, y) => fraction(x.n * y.n, x.d * y.d),
    (x, y) => x * y,
  )
export const negate = (value: Value): Value => (isExact(value) ? { n: -value.n, d: value.d } : -value)
export const isZero = (value: Value): boolean => (isExact(value) ? value.n === 0n : value === 0)
export const divide = (a: Value, b: Value): Value =>
  combine(
    a,
    b,
    (x, y) => fraction(x.n * y.d, x.d * y.n),
    (x, y) => x / y,
  )
export const floor = (value: Value): Value => {
  if (!isExact(value)) return Math.floor(value)
  const down = value.n / value.d
  return whole(value.n < 0n && down * value.d !== value.n ? down - 1n : down)
}
export const compare = (a: Value, b: Value): number => {
  if (isExact(a) && isExact(b)) return Number(a.n * b.d - b.n * a.d > 0n) - Number(a.n * b.d - b.n * a.d < 0n)
  return Math.sign(toNumber(a) - toNumber(b))
}

export const power = (base: Value, exponent: Value): Value => {
  if (isExact(base) && isWhole(exponent)) {
    const times = exponent.n < 0n ? -exponent.n : exponent.n
    if (times * BigInt(Math.max(bits(base.n), bits(base.d))) <= BigInt(MOST_BITS)) {
      const raised: [bigint, bigint] = [base.n ** times, base.d ** times]
      return exponent.n < 0n ? fraction(raised[1], raised[0]) : fraction(...raised)
    }
  }
  return toNumber(base) ** toNumber(exponent)
}

/** Exact for squares. */
export const root = (value: Value): Value => {
  if (isExact(value) && value.n >= 0n) {
    const [n, d] = [integerRoot(value.n), integerRoot(value.d)]
    if (n * n === value.n && d * d === value.d) return { n, d }
  }
  return Math.sqrt(toNumber(value))
}

/** As decimal digits, and whether they are all of it. */
export const format = (value: Value): { text: string; exact: boolean } => {
  if (isExact(value)) {
    const text = value.d === 1n ? String(value.n) : decimals(value)
    if (text !== undefined && text.length <= MOST_DIGITS) return { text, exact: true }
  }
  return { text: String(Number(toNumber(value).toPrecision(15))), exact: false }
}

/** Undefined where they do not end soon. */
const decimals = ({ n, d }: Fraction): string | undefined => {
  let scale = 1n
  for (let places = 1; places <= MOST_DECIMALS; places++) {
    scale *= 10n
    if (scale % d !== 0n) continue
    const all = String((n < 0n ? -n : n) * (scale / d)).padStart(places + 1, '0')
    return `${n < 0n ? '-' : ''}${all.slice(0, -places)}.${all.slice(-places)}`
  }
  return undefined
}

const gcd = (a: bigint, b: bigint): bigint => {
  while (b) [a, b] = [b, a % b]
  return a || 1n
}

const bits = (n: bigint): number => n.toString(16).length * 4

const integerRoot = (n: bigint): bigint => {
  if (n < 2n) return n
  let guess = 1n << BigInt(bits(n) / 2 + 1)
  for (;;) {
    const next = (guess + n / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}
