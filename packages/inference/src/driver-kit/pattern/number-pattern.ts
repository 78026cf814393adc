/** A decimal number as its digits: `whole` without leading zeros (`0` for none), `fraction` without trailing ones. */
export interface Decimal {
  negative: boolean
  whole: string
  fraction: string
}

/** Digits before the point: every whole number of so many is exact in JavaScript. */
export const MAX_DIGITS = 15
/** Digits after the point. */
export const MAX_FRACTION = 10

/** An end of a range; undefined = none. */
export interface Limit {
  value: number
  exclusive: boolean
}

/** The digits of a finite number, without an exponent. */
export const toDecimal = (value: number): Decimal => {
  const [mantissa = '', power = '0'] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const point = Number(power) + 1
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const fraction = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '')
  return { negative: value < 0, whole, fraction }
}

/**
 * A regular expression of the whole numbers from `low` to `high`, written as JSON writes them. An end that is left out is
 * the last number of 15 digits. undefined = there is none, or an end lies where JavaScript's numbers are not exact.
 */
export const integerPattern = (low: Limit | undefined, high: Limit | undefined): string | undefined => {
  const from = low && (low.exclusive ? Math.floor(low.value) + 1 : Math.ceil(low.value))
  const to = high && (high.exclusive ? Math.ceil(high.value) - 1 : Math.floor(high.value))
  const usual = 10 ** MAX_DIGITS - 1
  const least = from ?? (to !== undefined && to < -usual ? -Number.MAX_SAFE_INTEGER : -usual)
  const most = to ?? (from !== undefined && from > usual ? Number.MAX_SAFE_INTEGER : usual)
  const first = Math.max(least, -Number.MAX_SAFE_INTEGER)
  const last = Math.min(most, Number.MAX_SAFE_INTEGER)
  if (first > last) return undefined
  const branches: string[] = []
  if (last >= 0) branches.push(...wholes(String(Math.max(first, 0)), String(last)))
  if (first < 0) branches.push(`-(?:${wholes(String(last < 0 ? -last : 1), String(-first)).join('|')})`)
  return `^(?:${branches.join('|')})$`
}

/**
 * A regular expression of the decimal numbers (no exponent, at most 15 digits and `fraction` more) from `low` to `high`.
 * Ends with more digits than that are rounded outwards. undefined = there is none.
 */
export const numberPattern = (
  low: Limit | undefined,
  high: Limit | undefined,
  fraction: number = MAX_FRACTION,
): string | undefined => {
  const branches: string[] = []
  if (!high || high.value > 0 || (high.value === 0 && !high.exclusive)) {
    const from = low && low.value >= 0 ? low : { value: 0, exclusive: false }
    branches.push(...magnitudes(from, high, fraction))
  }
  if (!low || low.value < 0) {
    const from = high && high.value < 0 ? { ...high, value: -high.value } : { value: 0, exclusive: true }
    const negative = magnitudes(from, low && { ...low, value: -low.value }, fraction)
    if (negative.length) branches.push(`-(?:${negative.join('|')})`)
  }
  return branches.length ? `^(?:${branches.join('|')})$` : undefined
}

/** Whether a limit can be kept exactly with so many digits after the point. */
export const fitsDigits = ({ value }: Limit, fraction: number = MAX_FRACTION): boolean => {
  const decimal = toDecimal(value)
  return decimal.whole.length <= MAX_DIGITS && decimal.fraction.length <= fraction
}

/** Non-negative numbers. */
const magnitudes = (low: Limit, high: Limit | undefined, fraction: number): string[] => {
  const from = toDecimal(low.value)
  const largest = '9'.repeat(MAX_DIGITS)
  if (from.whole.length > MAX_DIGITS) return []
  const to = high && toDecimal(high.value)
  const bounded = to !== undefined && to.whole.length <= MAX_DIGITS
  const last = bounded ? to.whole : largest
  const fromExclusive = low.exclusive && from.fraction.length <= fraction
  const toExclusive = Boolean(high?.exclusive) && bounded && to.fraction.length <= fraction
  const top = bounded ? to.fraction.slice(0, fraction + 1) : ''
  const order = compare(from.whole, last)
  if (order > 0) return []
  const after = atLeast(from.fraction.slice(0, fraction), fromExclusive, fraction)
  const before = bounded ? atMost(top, toExclusive, fraction) : anyFraction(fraction)
  if (order === 0) {
    if (!bounded) return after === undefined ? [] : [from.whole + after]
    const between = sameWhole(from.fraction.slice(0, fraction), top, { fromExclusive, toExclusive, fraction })
    return between === undefined ? [] : [from.whole + between]
  }
  const inner: [string, string] = [plusOne(from.whole), minusOne(last)]
  return [
    ...(after === undefined ? [] : [from.whole + after]),
    ...(compare(...inner) <= 0 ? [`(?:${wholes(...inner).join('|')})${anyFraction(fraction)}`] : []),
    ...(before === undefined ? [] : [last + before]),
  ]
}

const anyFraction = (fraction: number): string => (fraction > 0 ? `(?:\\.\\d{1,${fraction}})?` : '')

/** The fractions of `.low` and more. undefined = none. */
const atLeast = (low: string, exclusive: boolean, fraction: number): string | undefined => {
  if (!low && !exclusive) return anyFraction(fraction)
  const tail = digitsAbove(low, exclusive, fraction)
  return tail === undefined ? undefined : `\\.${tail}`
}

/** Digit rows of at most `room`, greater than (or equal to) `low` read as a fraction. */
const digitsAbove = (low: string, exclusive: boolean, room: number): string | undefined => {
  if (!low) return exclusive ? notZero(room) : `\\d{0,${room}}`
  if (room === 0) return undefined
  const digit = Number(low[0])
  const rest = digitsAbove(low.slice(1), exclusive, room - 1)
  const higher = digit < 9 ? `${digits(digit + 1, 9)}\\d{0,${room - 1}}` : undefined
  const both = [higher, rest === undefined ? undefined : low[0] + rest].filter((one) => one !== undefined)
  return both.length ? `(?:${both.join('|')})` : undefined
}

/** A row of at most `room` digits that is not only zeros. */
const notZero = (room: number): string | undefined =>
  room === 0 ? undefined : `0{0,${room - 1}}[1-9]\\d{0,${room - 1}}`

/** The fractions up to `.high`. undefined = none, not even the whole number. */
const atMost = (high: string, exclusive: boolean, fraction: number): string | undefined => {
  if (!high) return exclusive ? undefined : zeros(fraction)
  const tail = digitsBelow(high, exclusive, fraction)
  return tail === undefined ? '' : `(?:\\.${tail})?`
}

const zeros = (fraction: number): string => (fraction > 0 ? `(?:\\.0{1,${fraction}})?` : '')

/** Digit rows of 1 to `room`, less than (or equal to) `high` read as a fraction that does not end with 0. */
const digitsBelow = (high: string, exclusive: boolean, room: number): string | undefined => {
  if (room === 0) return undefined
  const digit = Number(high[0])
  const branches: string[] = []
  if (digit > 0) branches.push(`${digits(0, digit - 1)}\\d{0,${room - 1}}`)
  if (high.length > 1) {
    const rest = digitsBelow(high.slice(1), exclusive, room - 1)
    branches.push(rest === undefined ? high[0]! : `${high[0]}(?:${rest})?`)
  } else if (!exclusive) branches.push(`${high}0{0,${room - 1}}`)
  return branches.length ? `(?:${branches.join('|')})` : undefined
}

/** Fractions between two of one whole number. */
const sameWhole = (
  low: string,
  high: string,
  { fromExclusive, toExclusive, fraction }: { fromExclusive: boolean; toExclusive: boolean; fraction: number },
): string | undefined => {
  const order = compareFractions(low, high)
  if (order > 0 || (order === 0 && (fromExclusive || toExclusive))) return undefined
  if (!low && !fromExclusive) return atMost(high, toExclusive, fraction)
  const tail = digitsBetween(low, high, { fromExclusive, toExclusive, room: fraction })
  return tail === undefined ? undefined : `\\.${tail}`
}

const digitsBetween = (
  low: string,
  high: string,
  { fromExclusive, toExclusive, room }: { fromExclusive: boolean; toExclusive: boolean; room: number },
): string | undefined => {
  if (room === 0) return undefined
  const from = Number(low[0] ?? '0')
  const to = Number(high[0] ?? '0')
  if (!high) return low || fromExclusive ? undefined : `0{0,${room}}`
  const rest = { fromExclusive, toExclusive, room: room - 1 }
  const branches: string[] = []
  if (from === to) {
    const inner = digitsBetween(low.slice(1), high.slice(1), rest)
    const [lowRest, highRest] = [low.slice(1), high.slice(1)]
    if (inner !== undefined) branches.push(`${from}${inner}`)
    // The row may end here: it then equals `low`.
    else if (!lowRest && !highRest && !fromExclusive && !toExclusive) branches.push(`${from}0{0,${room - 1}}`)
    if (!lowRest && highRest && !fromExclusive) branches.push(`${from}`)
  } else {
    const above = digitsAbove(low.slice(1), fromExclusive, room - 1)
    if (above !== undefined) branches.push(`${from}${above}`)
    if (to - from > 1) branches.push(`${digits(from + 1, to - 1)}\\d{0,${room - 1}}`)
    if (high.length > 1) {
      const below = digitsBelow(high.slice(1), toExclusive, room - 1)
      branches.push(below === undefined ? `${to}` : `${to}(?:${below})?`)
    } else if (!toExclusive) branches.push(`${to}0{0,${room - 1}}`)
  }
  return branches.length ? `(?:${branches.join('|')})` : undefined
}

/** Branches of the whole numbers from `low` to `high`, none with a leading zero. */
const wholes = (low: string, high: string): string[] => {
  const branches: string[] = []
  for (let length = low.length; length <= high.length; length++) {
    const least = length === 1 ? '0' : `1${'0'.repeat(length - 1)}`
    const from = length === low.length ? low : least
    const to = length === high.length ? high : '9'.repeat(length)
    branches.push(sameLength(from, to))
  }
  return branches
}

const sameLength = (low: string, high: string): string => {
  if (low === high) return low
  const [rest, top] = [low.slice(1), high.slice(1)]
  if (low[0] === high[0]) return `${low[0]}(?:${sameLength(rest, top)})`
  let from = Number(low[0])
  let to = Number(high[0])
  const branches: string[] = []
  if (/[1-9]/.test(rest)) branches.push(`${from++}(?:${sameLength(rest, '9'.repeat(rest.length))})`)
  const last = /[0-8]/.test(top) ? `${to--}(?:${sameLength('0'.repeat(top.length), top)})` : undefined
  if (from <= to) branches.push(`${digits(from, to)}${rest ? `\\d{${rest.length}}` : ''}`)
  if (last) branches.push(last)
  return branches.join('|')
}

const digits = (from: number, to: number): string => (from === to ? String(from) : `[${from}-${to}]`)

const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

const compareFractions = (a: string, b: string): number => {
  const length = Math.max(a.length, b.length)
  return compare(a.padEnd(length, '0'), b.padEnd(length, '0'))
}

const plusOne = (digitsOf: string): string => String(BigInt(digitsOf) + 1n)
const minusOne = (digitsOf: string): string => String(BigInt(digitsOf) - 1n)
