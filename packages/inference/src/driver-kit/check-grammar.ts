import { RtError } from '@rt/core'
import { fixpoint, type GrammarNode, readGrammar, wrongGrammar } from './gbnf/read-grammar.ts'

const MAX_TEXT = 256 * 1024
/** Rules as the native parser holds them: groups and repetitions become rules of their own. */
const MAX_RULES = 16_000
/** The native parser takes a larger bound for none, or refuses it. */
const MAX_BOUND = 2000
/** Items in a row that may all be left out: with 400 of them a token takes 0.1 s, with 3,000 ten minutes. */
const MAX_ROW = 64
/** Ways a repetition of repetitions can be counted: the sampler follows all of them at once. */
const MAX_COUNTS = 16_000

/**
 * Reads a grammar that somebody else wrote before native code sees it, which has no guard of its own.
 *
 * @throws RtError `invalid_request` naming what is wrong: syntax, a rule that is missing or calls itself before it reads
 * anything, too many rules, too many optional items in a row.
 */
export const checkGrammar = (text: string): void => {
  if (text.length > MAX_TEXT) throw tooMuch('characters', text.length, MAX_TEXT)
  const rules = readGrammar(text)
  const size = [...rules.values()].reduce((sum, node) => sum + 1 + sizeOf(node), 0)
  if (size > MAX_RULES) throw tooMuch('rules, repetitions counted', size, MAX_RULES)
  const empty = fixpoint(rules, isEmpty)
  const measure = createMeasure(rules, empty)
  for (const [name, node] of rules) {
    if (measure.callsItself(name)) throw wrongGrammar(`the rule "${name}" calls itself before it reads a character`)
    const row = measure.row(node)
    if (row > MAX_ROW) throw tooMuch('optional items in a row', row, MAX_ROW)
    const counts = measure.counts(node)
    if (counts > MAX_COUNTS) throw tooMuch('ways to count repetitions inside repetitions', counts, MAX_COUNTS)
  }
}

const sizeOf = (node: GrammarNode): number => {
  if (node.kind === 'text') return Math.ceil(node.length / 64)
  if (node.kind === 'ref') return 0
  if (node.kind === 'repeat') {
    if (node.min > MAX_BOUND || (Number.isFinite(node.max) && node.max > MAX_BOUND))
      throw tooMuch('repetitions of one item', Math.max(node.min, Number.isFinite(node.max) ? node.max : 0), MAX_BOUND)
    const copies = Number.isFinite(node.max) ? node.max : node.min + 1
    return copies + sizeOf(node.item)
  }
  return 1 + node.items.reduce((sum, item) => sum + sizeOf(item), 0)
}

/** Whether a node can read nothing at all. */
const isEmpty = (node: GrammarNode, known: ReadonlySet<string>): boolean => {
  if (node.kind === 'text') return node.length === 0
  if (node.kind === 'ref') return known.has(node.name)
  if (node.kind === 'repeat') return node.min === 0 || isEmpty(node.item, known)
  return node.kind === 'choice'
    ? node.items.some((item) => isEmpty(item, known))
    : node.items.every((item) => isEmpty(item, known))
}

/** Whether a node may read its text by repetitions alone: no character stands between them. */
const isBare = (node: GrammarNode, empty: ReadonlySet<string>, known: ReadonlySet<string>): boolean => {
  if (node.kind === 'text') return node.length === 0
  if (node.kind === 'ref') return known.has(node.name)
  if (node.kind === 'repeat') return true
  return node.kind === 'choice'
    ? node.items.some((item) => isBare(item, empty, known))
    : node.items.every((item) => isBare(item, empty, known) || isEmpty(item, empty))
}

const createMeasure = (rules: ReadonlyMap<string, GrammarNode>, empty: ReadonlySet<string>) => {
  const rows = new Map<string, number>()
  const counted = new Map<string, number>()

  /** The longest row of items that may all be left out; what a rule holds counts where it is called. */
  const row = (node: GrammarNode): number => {
    if (node.kind === 'text') return 0
    if (node.kind === 'ref') return once(rows, node.name, row)
    if (node.kind === 'choice') return Math.max(...node.items.map(row))
    if (node.kind === 'repeat') {
      const inner = row(node.item)
      // A repetition of what reads something is a row of one; of what may read nothing, it multiplies it.
      const times = isEmpty(node.item, empty) ? Math.min(node.max, MAX_BOUND) : 1
      return Math.max(inner, 1) * times
    }
    let longest = 0
    let now = 0
    for (const item of node.items) {
      const own = row(item)
      now = isEmpty(item, empty) ? now + own : 0
      longest = Math.max(longest, now, own)
    }
    return longest
  }

  /** Where a repetition repeats nothing but repetitions, a text can be counted in as many ways as both have counts. */
  const counts = (node: GrammarNode): number => {
    if (node.kind === 'text') return 1
    if (node.kind === 'ref') return once(counted, node.name, counts)
    if (node.kind !== 'repeat') return Math.max(1, ...node.items.map(counts))
    const inner = counts(node.item)
    const own = Math.max(1, Number.isFinite(node.max) ? node.max : node.min)
    return isBare(node.item, empty, bare) ? own * inner : Math.max(own, inner)
  }
  const bare = fixpoint(rules, (node, known) => isBare(node, empty, known))

  /** A rule in a circle counts once: what is behind it has read something by then. */
  const once = (known: Map<string, number>, name: string, measure: (node: GrammarNode) => number): number => {
    const before = known.get(name)
    if (before !== undefined) return before
    known.set(name, 1)
    const found = Math.min(measure(rules.get(name)!), Number.MAX_SAFE_INTEGER)
    known.set(name, found)
    return found
  }

  /** The rules a node can call before it reads anything. */
  const first = (node: GrammarNode): string[] => {
    if (node.kind === 'text') return []
    if (node.kind === 'ref') return [node.name]
    if (node.kind === 'repeat') return first(node.item)
    if (node.kind === 'choice') return node.items.flatMap(first)
    const end = node.items.findIndex((item) => !isEmpty(item, empty))
    return node.items.slice(0, end < 0 ? undefined : end + 1).flatMap(first)
  }
  const firsts = new Map(Array.from(rules, ([name, node]) => [name, new Set(first(node))]))
  const callsItself = (name: string): boolean => {
    const seen = new Set(firsts.get(name))
    for (const other of seen) for (const next of firsts.get(other) ?? []) seen.add(next)
    return seen.has(name)
  }
  return { row, counts, callsItself }
}

const tooMuch = (what: string, found: number, most: number): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `the grammar has ${Number.isFinite(found) ? found : 'endless'} ${what}, and ${most} are the most.`,
    hint: 'Nest optional items to the right, a ::= ( "x" b )?, and share rules.',
    data: { field: 'output.gbnf', most },
  })
