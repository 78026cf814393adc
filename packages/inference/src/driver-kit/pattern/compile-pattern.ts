import { RtError } from '@rt/core'
import { type Automaton, both, complement, type Move, trim } from './automaton.ts'
import { type CodePoints, EVERY, toCodePoints, unite } from './code-points.ts'
import { type Pattern, parsePattern } from './parse-pattern.ts'

/** Most states of an automaton that is made of a schema, and most positions of the pattern it is made of. */
export const MAX_STATES = 3000
/** Most steps it may take: a pattern can need as many states as it likes. */
const MAX_STEPS = 300_000

const known = new Map<string, Automaton | RtError>()

/**
 * All texts in which the regular expression finds something, as an automaton: no back-tracking, so no pattern is slow to
 * match. Nothing is found = an automaton that accepts nothing.
 *
 * @throws RtError `schema_unsupported` with the reason in its message, also when it would be too large.
 */
export const compilePattern = (source: string): Automaton => {
  let compiled = known.get(source)
  if (!compiled) {
    try {
      compiled = fromPattern(parsePattern(source))
    } catch (error) {
      if (!RtError.isInstance(error)) throw error
      compiled = error
    }
    if (known.size >= 256) known.delete(known.keys().next().value!)
    known.set(source, compiled)
  }
  if (RtError.isInstance(compiled)) throw compiled
  return compiled
}

const NOTHING: Automaton = { accepts: [false], moves: [[]] }

/** Looking ahead right after `^` says that the whole text matches something else too. */
const fromPattern = (pattern: Pattern): Automaton => {
  const items = pattern.kind === 'sequence' ? pattern.items : [pattern]
  const start = items.findIndex((item) => item.kind !== 'edge' || item.at !== 'start')
  const end = items.findIndex((item, i) => i >= start && item.kind !== 'ahead')
  const aheads = start > 0 ? items.slice(start, end < 0 ? undefined : end) : []
  const edge: Pattern = { kind: 'edge', at: 'start' }
  const rest: Pattern = { kind: 'sequence', items: [...items.slice(0, start), ...items.slice(start + aheads.length)] }
  let all = determine(aheads.length ? rest : pattern)
  for (const ahead of aheads) {
    if (ahead.kind !== 'ahead') continue
    const one = determine({ kind: 'sequence', items: [edge, ahead.item] })
    const next = both(all, ahead.negated ? complement(one) : one, MAX_STATES)
    if (!next) throw tooLarge()
    all = next
  }
  return trim(all) ?? NOTHING
}

/** A position in the pattern. `set`: reads a character; `edge`: passed only there; without both: passed freely. */
interface Place {
  set?: CodePoints
  edge?: 'start' | 'end'
  next: number[]
}

const SUFFIX = 0
const FINAL = 1

/** The positions of `anything pattern anything`. */
const placesOf = (pattern: Pattern): { places: Place[]; first: number } => {
  const places: Place[] = [{ set: EVERY, next: [] }, { next: [] }]
  const add = (place: Place): number => {
    if (places.length > MAX_STATES * 2) throw tooLarge()
    return places.push(place) - 1
  }
  const after = add({ next: [SUFFIX, FINAL] })
  places[SUFFIX]!.next.push(after)
  /** Where to begin to read `item` and then go on at `next`. */
  const build = (item: Pattern, next: number): number => {
    switch (item.kind) {
      case 'chars':
        return add({ set: item.set, next: [next] })
      case 'edge':
        return add({ edge: item.at, next: [next] })
      case 'sequence':
        return item.items.reduceRight((follow, one) => build(one, follow), next)
      case 'choice':
        return add({ next: item.items.map((one) => build(one, next)) })
      case 'repeat':
        return buildRepeat(item, next)
      case 'ahead':
        throw unsupported('it looks ahead elsewhere than right after "^"')
    }
  }
  const buildRepeat = ({ item, min, max }: Pattern & { kind: 'repeat' }, next: number): number => {
    if (min > MAX_STATES) throw tooLarge()
    let follow = next
    if (max === Infinity) {
      const loop = add({ next: [next] })
      places[loop]!.next.push(build(item, loop))
      follow = loop
    } else {
      if (max > MAX_STATES) throw tooLarge()
      for (let i = min; i < max; i++) follow = add({ next: [build(item, follow), next] })
    }
    for (let i = 0; i < min; i++) follow = build(item, follow)
    return follow
  }
  const body = build(pattern, after)
  const prefix = add({ set: EVERY, next: [] })
  const first = add({ next: [body, prefix] })
  places[prefix]!.next.push(first)
  return { places, first }
}

const determine = (pattern: Pattern): Automaton => {
  const { places, first } = placesOf(pattern)
  let steps = 0
  const closure = (from: Iterable<number>, edge: 'start' | 'end' | undefined, atStart: boolean): Set<number> => {
    const all = new Set(from)
    for (const place of all) {
      if (++steps > MAX_STEPS) throw tooLarge()
      const { set, edge: needs, next } = places[place]!
      if (set || (needs && needs !== edge && !(needs === 'start' && atStart))) continue
      for (const one of next) all.add(one)
    }
    return all
  }
  const classes = alphabet(places)
  const known = new Map<string, number>()
  const states: { places: Set<number>; start: boolean }[] = []
  const enter = (set: Set<number>, start: boolean): number => {
    // Once found, anything may follow.
    const useful = set.has(SUFFIX) ? new Set([SUFFIX, FINAL]) : set
    const key = `${start ? '^' : ''}${[...useful].toSorted((a, b) => a - b).join()}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (states.length >= MAX_STATES) throw tooLarge()
    known.set(key, states.length)
    return states.push({ places: useful, start }) - 1
  }
  enter(closure([first], 'start', true), true)
  const accepts: boolean[] = []
  const moves: Move[][] = []
  for (let state = 0; state < states.length; state++) {
    const { places: here, start } = states[state]!
    accepts.push(closure(here, 'end', start).has(FINAL))
    const targets = new Map<number, CodePoints[]>()
    for (const { set, members } of classes) {
      const reached: number[] = []
      for (const place of here) {
        if (++steps > MAX_STEPS) throw tooLarge()
        if (members.has(place)) reached.push(...places[place]!.next)
      }
      if (!reached.length) continue
      const to = enter(closure(reached, undefined, false), false)
      targets.set(to, [...(targets.get(to) ?? []), set])
    }
    moves.push(Array.from(targets, ([to, sets]) => ({ set: unite(...sets), to })))
  }
  return { accepts, moves }
}

/** Characters that no part of the pattern tells apart, and the places that read them. */
const alphabet = (places: readonly Place[]): { set: CodePoints; members: Set<number> }[] => {
  const readers = new Map<string, { set: CodePoints; places: number[] }>()
  places.forEach(({ set }, place) => {
    if (!set) return
    const key = set.join(';')
    const reader = readers.get(key) ?? { set, places: [] }
    reader.places.push(place)
    readers.set(key, reader)
  })
  const cuts = new Map<number, { opens: number[]; closes: number[] }>()
  const cut = (at: number) => {
    const one = cuts.get(at) ?? { opens: [], closes: [] }
    cuts.set(at, one)
    return one
  }
  const all = [...readers.values()]
  all.forEach(({ set }, id) =>
    set.forEach(([from, to]) => {
      cut(from).opens.push(id)
      cut(to + 1).closes.push(id)
    }),
  )
  const classes = new Map<string, { ranges: [number, number][]; ids: number[] }>()
  const open = new Set<number>()
  const points = [...cuts.keys()].toSorted((a, b) => a - b)
  points.forEach((point, i) => {
    const { opens, closes } = cuts.get(point)!
    closes.forEach((id) => open.delete(id))
    opens.forEach((id) => open.add(id))
    if (!open.size) return
    const ids = [...open].toSorted((a, b) => a - b)
    const one = classes.get(ids.join()) ?? { ranges: [], ids }
    one.ranges.push([point, points[i + 1]! - 1])
    classes.set(ids.join(), one)
  })
  return Array.from(classes.values(), ({ ranges, ids }) => ({
    set: toCodePoints(ranges),
    members: new Set(ids.flatMap((id) => all[id]!.places)),
  }))
}

const unsupported = (reason: string): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the pattern cannot be compiled: ${reason}.`,
    hint: 'Write it with characters, classes, groups, "|" and repetitions.',
    data: { reason },
  })

const tooLarge = (): RtError => unsupported(`it needs more than ${MAX_STATES} states`)
