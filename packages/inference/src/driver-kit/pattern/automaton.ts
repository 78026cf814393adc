import { type CodePoints, EVERY, hasCodePoint, intersect, subtract, unite } from './code-points.ts'

/** One step: on a character of `set` go to the state `to`. */
export interface Move {
  set: CodePoints
  to: number
}

/**
 * A deterministic automaton over code points; state 0 is the start, and a character without a move is refused. Reading a
 * text costs a step a character, whatever pattern it was made of.
 */
export interface Automaton {
  readonly accepts: readonly boolean[]
  readonly moves: readonly (readonly Move[])[]
}

/** Whether a text belongs to the automaton's language. */
export const matches = ({ accepts, moves }: Automaton, text: string): boolean => {
  let state = 0
  for (const char of text) {
    const code = char.codePointAt(0)!
    const move = moves[state]!.find(({ set }) => hasCodePoint(set, code))
    if (!move) return false
    state = move.to
  }
  return accepts[state]!
}

/** Texts of both. undefined: more than `maxStates`. */
export const both = (a: Automaton, b: Automaton, maxStates: number): Automaton | undefined => {
  const accepts: boolean[] = []
  const moves: Move[][] = []
  const known = new Map<string, number>()
  const pairs: [number, number][] = []
  const enter = (left: number, right: number): number => {
    const key = `${left},${right}`
    const before = known.get(key)
    if (before !== undefined) return before
    known.set(key, pairs.length)
    return pairs.push([left, right]) - 1
  }
  enter(0, 0)
  for (let state = 0; state < pairs.length; state++) {
    if (pairs.length > maxStates) return undefined
    const [left, right] = pairs[state]!
    accepts.push(a.accepts[left]! && b.accepts[right]!)
    moves.push(
      joined(
        a.moves[left]!.flatMap((one) =>
          b.moves[right]!.flatMap((other) => {
            const set = intersect(one.set, other.set)
            return set.length ? [{ set, to: enter(one.to, other.to) }] : []
          }),
        ),
      ),
    )
  }
  return { accepts, moves }
}

/** Every text that is not in the language. */
export const complement = ({ accepts, moves }: Automaton): Automaton => {
  const sink = accepts.length
  const rest = moves.map((row): readonly Move[] => {
    const missing = subtract(EVERY, unite(...row.map(({ set }) => set)))
    return missing.length ? [...row, { set: missing, to: sink }] : row
  })
  return { accepts: [...accepts.map((one) => !one), true], moves: [...rest, [{ set: EVERY, to: sink }]] }
}

/** Texts of `min` to `max` code points. */
export const ofLength = (min: number, max: number): Automaton => {
  const states = Array.from({ length: (Number.isFinite(max) ? max : min) + 1 }, (_, i) => i)
  return {
    accepts: states.map((length) => length >= min),
    moves: states.map((length) => (length < max ? [{ set: EVERY, to: Math.min(length + 1, states.length - 1) }] : [])),
  }
}

/** Exactly these texts. */
export const ofTexts = (texts: readonly string[]): Automaton => {
  const accepts = [false]
  const next: Map<number, number>[] = [new Map()]
  for (const text of texts) {
    let state = 0
    for (const char of text) {
      const code = char.codePointAt(0)!
      let to = next[state]!.get(code)
      if (to === undefined) {
        to = accepts.push(false) - 1
        next.push(new Map())
        next[state]!.set(code, to)
      }
      state = to
    }
    accepts[state] = true
  }
  return { accepts, moves: next.map((row) => joined(Array.from(row, ([code, to]) => ({ set: [[code, code]], to })))) }
}

/** Without the states from which no end can be reached: a grammar must never walk into one. undefined = no text at all. */
export const trim = ({ accepts, moves }: Automaton): Automaton | undefined => {
  const before: number[][] = accepts.map(() => [])
  moves.forEach((row, from) => row.forEach(({ to }) => before[to]!.push(from)))
  const alive = new Set(accepts.flatMap((end, state) => (end ? [state] : [])))
  for (const state of alive) for (const from of before[state]!) alive.add(from)
  if (!alive.has(0)) return undefined
  const reached = [0]
  const index = new Map([[0, 0]])
  for (const state of reached)
    for (const { to } of moves[state]!) if (alive.has(to) && !index.has(to)) index.set(to, reached.push(to) - 1)
  return {
    accepts: reached.map((state) => accepts[state]!),
    moves: reached.map((state) =>
      moves[state]!.filter(({ to }) => alive.has(to)).map(({ set, to }) => ({ set, to: index.get(to)! })),
    ),
  }
}

/** Length of the shortest and of the longest text of a trimmed automaton; the latter is Infinity where there is a loop. */
export const lengths = ({ accepts, moves }: Automaton): { min: number; max: number } => {
  let min = 0
  let front = new Set([0])
  const seen = new Set([0])
  while (![...front].some((state) => accepts[state])) {
    front = new Set([...front].flatMap((state) => moves[state]!.map(({ to }) => to)).filter((to) => !seen.has(to)))
    front.forEach((state) => seen.add(state))
    min++
  }
  return { min, max: longest(moves, accepts.length) }
}

/** By peeling off states that nothing leads to; what cannot be peeled off is a loop. */
const longest = (moves: Automaton['moves'], count: number): number => {
  const open = Array.from({ length: count }, () => 0)
  for (const row of moves) for (const { to } of row) open[to]!++
  const length = Array.from({ length: count }, () => 0)
  const ready = open.flatMap((into, state) => (into === 0 ? [state] : []))
  for (const state of ready)
    for (const { to } of moves[state]!) {
      length[to] = Math.max(length[to]!, length[state]! + 1)
      if (--open[to]! === 0) ready.push(to)
    }
  return ready.length === count ? Math.max(...length) : Infinity
}

/** Moves to one state become one. */
const joined = (moves: Move[]): Move[] => {
  const sets = new Map<number, CodePoints[]>()
  for (const { set, to } of moves) sets.set(to, [...(sets.get(to) ?? []), set])
  return Array.from(sets, ([to, all]) => ({ set: all.length === 1 ? all[0]! : unite(...all), to }))
}
