/** A set of code points: sorted, disjoint, inclusive ranges. Surrogates are in none: they are no text. */
export type CodePoints = readonly (readonly [from: number, to: number])[]

export const EVERY: CodePoints = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
]

/** Any ranges, in order and without overlap. */
export const toCodePoints = (ranges: CodePoints): CodePoints => {
  const merged: [number, number][] = []
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** One set alone stays the object it is. */
export const unite = (...sets: CodePoints[]): CodePoints => (sets.length === 1 ? sets[0]! : toCodePoints(sets.flat()))

/** The same object as before where nothing is lost: what is made of a set is remembered by it. */
export const intersect = (a: CodePoints, b: CodePoints): CodePoints =>
  a === EVERY || a === b ? b : b === EVERY ? a : common(a, b)

/** Ranges without the surrogates among them. */
export const withoutSurrogates = (ranges: CodePoints): CodePoints => common(ranges, EVERY)

const common = (a: CodePoints, b: CodePoints): CodePoints => {
  const shared: [number, number][] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]![0], b[j]![0])
    const to = Math.min(a[i]![1], b[j]![1])
    if (from <= to) shared.push([from, to])
    if (a[i]![1] < b[j]![1]) i++
    else j++
  }
  return shared
}

/** What is in EVERY and not in `set`. */
export const invert = (set: CodePoints): CodePoints => {
  const rest: [number, number][] = []
  let next = 0
  for (const [from, to] of set) {
    if (from > next) rest.push([next, from - 1])
    next = to + 1
  }
  if (next <= 0x10ffff) rest.push([next, 0x10ffff])
  return withoutSurrogates(rest)
}

export const subtract = (a: CodePoints, b: CodePoints): CodePoints => intersect(a, invert(b))

export const hasCodePoint = (set: CodePoints, code: number): boolean =>
  set.some(([from, to]) => code >= from && code <= to)

export const codePointsOf = (text: string): CodePoints =>
  toCodePoints(Array.from(text, (char) => [char.codePointAt(0)!, char.codePointAt(0)!] as const))
