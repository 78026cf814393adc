/**
 * A GBNF reader written apart from the compiler: it writes random texts of a grammar (`sample`) and decides whether a
 * text belongs to it (`matches`). Where rules go in a circle, `sample` takes the shortest way out once it is deep enough.
 */
export interface Gbnf {
  sample(random: () => number): string
  matches(text: string): boolean
  /** Number of named rules. */
  readonly size: number
}

type Node =
  | { kind: 'text'; chars: string[] }
  | { kind: 'class'; negated: boolean; ranges: [number, number][] }
  | { kind: 'ref'; name: string }
  | { kind: 'sequence'; items: Node[] }
  | { kind: 'choice'; items: Node[] }
  | { kind: 'repeat'; item: Node; min: number; max: number }

export const readGbnf = (grammar: string): Gbnf => {
  const rules = new Map<string, Node>()
  for (const line of grammar.split('\n').filter(Boolean)) {
    const [, name, body] = /^([a-zA-Z][a-zA-Z0-9-]*) ::= (.*)$/.exec(line) ?? []
    if (!name || body === undefined) throw new Error(`not a rule: ${line}`)
    rules.set(name, createParser(body).parse())
  }
  const rule = (name: string): Node => {
    const node = rules.get(name)
    if (!node) throw new Error(`undefined rule ${name}`)
    return node
  }
  for (const node of rules.values()) eachRef(node, rule)
  const ways = heightsOf(rules)
  return {
    size: rules.size,
    sample: (random) => createSampler(rule, ways, random)(rule('root'), 0),
    matches: (text) => {
      const chars = Array.from(text)
      return createMatcher(chars, rule)(rule('root'), 0).has(chars.length)
    },
  }
}

const eachRef = (node: Node, visit: (name: string) => void): void => {
  if (node.kind === 'ref') visit(node.name)
  if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) eachRef(item, visit)
  if (node.kind === 'repeat') eachRef(node.item, visit)
}

const createParser = (source: string): { parse(): Node } => {
  const chars = Array.from(source)
  let at = 0
  const spaces = (): void => {
    while (chars[at] === ' ') at++
  }
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at} of ${source}`)
  }
  const hex = (length: number): string => {
    const digits = chars.slice(at, at + length).join('')
    at += length
    return String.fromCodePoint(Number.parseInt(digits, 16))
  }
  const char = (): string => {
    const next = chars[at++] ?? fail('end of rule')
    if (next !== '\\') return next
    const escaped = chars[at++] ?? fail('end of rule')
    if (escaped === 'x') return hex(2)
    if (escaped === 'u') return hex(4)
    if (escaped === 'U') return hex(8)
    const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', '[': '[', ']': ']' }
    return plain[escaped] ?? fail(`escape \\${escaped}`)
  }
  const atom = (): Node => {
    const next = chars[at]!
    if (next === '"') {
      at++
      const text: string[] = []
      while (chars[at] !== '"') text.push(char())
      at++
      return { kind: 'text', chars: text }
    }
    if (next === '[') return charClass()
    if (next === '(') {
      at++
      const inner = choice()
      if (chars[at++] !== ')') fail('no )')
      return inner
    }
    let name = ''
    while (/[a-zA-Z0-9-]/.test(chars[at] ?? '')) name += chars[at++]
    return name ? { kind: 'ref', name } : fail('unexpected character')
  }
  const charClass = (): Node => {
    at++
    const negated = chars[at] === '^'
    if (negated) at++
    const ranges: [number, number][] = []
    while (chars[at] !== ']') {
      const from = char().codePointAt(0)!
      const isRange = chars[at] === '-' && chars[at + 1] !== ']'
      if (isRange) at++
      ranges.push([from, isRange ? char().codePointAt(0)! : from])
    }
    at++
    return { kind: 'class', negated, ranges }
  }
  const repeated = (): Node => {
    const item = atom()
    if (chars[at] === '?') {
      at++
      return { kind: 'repeat', item, min: 0, max: 1 }
    }
    if (chars[at] !== '{') return item
    const close = chars.indexOf('}', at)
    const [min = '', max = min] = chars
      .slice(at + 1, close)
      .join('')
      .split(',')
    at = close + 1
    return { kind: 'repeat', item, min: Number(min), max: max === '' ? Infinity : Number(max) }
  }
  const sequence = (): Node => {
    const items: Node[] = []
    for (spaces(); at < chars.length && chars[at] !== '|' && chars[at] !== ')'; spaces()) items.push(repeated())
    return { kind: 'sequence', items }
  }
  const choice = (): Node => {
    const items = [sequence()]
    while (chars[at] === '|') {
      at++
      items.push(sequence())
    }
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }
  return {
    parse() {
      const node = choice()
      return at === chars.length ? node : fail('trailing text')
    },
  }
}

const pick = (random: () => number, below: number): number => Math.floor(random() * below)

/** Characters worth trying where a class is negated. */
const ODD = Array.from(`aZ0 {}[],:'/éß漢😀\u2028\u00ad`)

const DEEP = 60

const createSampler =
  (rule: (name: string) => Node, height: (node: Node) => number, random: () => number) =>
  (node: Node, depth: number): string => {
    const sample = (inner: Node, deeper: number): string => {
      switch (inner.kind) {
        case 'text':
          return inner.chars.join('')
        case 'class': {
          if (inner.negated) {
            const fits = ODD.filter((char) => classHas(inner, char))
            return fits[pick(random, fits.length)]!
          }
          const [from, to] = inner.ranges[pick(random, inner.ranges.length)]!
          return String.fromCodePoint(from + pick(random, to - from + 1))
        }
        case 'ref':
          return sample(rule(inner.name), deeper + 1)
        case 'sequence':
          return inner.items.map((item) => sample(item, deeper)).join('')
        case 'choice': {
          if (deeper > DEEP) return sample(inner.items.toSorted((a, b) => height(a) - height(b))[0]!, deeper)
          return sample(inner.items[pick(random, inner.items.length)]!, deeper)
        }
        case 'repeat': {
          // Mostly short, sometimes the very limit.
          const limit = Number.isFinite(inner.max) ? inner.max : inner.min + 50
          const most = random() < 0.1 ? limit : Math.min(limit, inner.min + 4)
          const count = deeper > DEEP ? inner.min : random() < 0.1 ? most : inner.min + pick(random, most - inner.min + 1)
          return Array.from({ length: count }, () => sample(inner.item, deeper)).join('')
        }
      }
    }
    return sample(node, depth)
  }

/** How many rules deep the shortest way out of a node is. */
const heightsOf = (rules: Map<string, Node>): ((node: Node) => number) => {
  const known = new Map<string, number>()
  const height = (node: Node): number => {
    if (node.kind === 'ref') return 1 + (known.get(node.name) ?? Infinity)
    if (node.kind === 'sequence') return Math.max(0, ...node.items.map(height))
    if (node.kind === 'choice') return Math.min(...node.items.map(height))
    return node.kind === 'repeat' && node.min > 0 ? height(node.item) : 0
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const [name, node] of rules) {
      const now = height(node)
      if (now < (known.get(name) ?? Infinity)) changed = Boolean(known.set(name, now))
    }
  }
  return height
}

const classHas = ({ negated, ranges }: Node & { kind: 'class' }, char: string): boolean => {
  const code = char.codePointAt(0)!
  return ranges.some(([from, to]) => code >= from && code <= to) !== negated
}

/** All places where a node that starts at a place may end. */
const createMatcher = (chars: string[], rule: (name: string) => Node) => {
  const known = new Map<Node, Map<number, Set<number>>>()
  const ends = (node: Node, from: number): Set<number> => {
    const row = known.get(node) ?? new Map<number, Set<number>>()
    known.set(node, row)
    const before = row.get(from)
    if (before) return before
    const found = compute(node, from)
    row.set(from, found)
    return found
  }
  const each = (starts: Iterable<number>, item: Node): Set<number> => {
    const found = new Set<number>()
    for (const start of starts) for (const end of ends(item, start)) found.add(end)
    return found
  }
  const compute = (node: Node, from: number): Set<number> => {
    switch (node.kind) {
      case 'text':
        return node.chars.every((char, i) => chars[from + i] === char) ? new Set([from + node.chars.length]) : new Set()
      case 'class':
        return from < chars.length && classHas(node, chars[from]!) ? new Set([from + 1]) : new Set()
      case 'ref':
        return ends(rule(node.name), from)
      case 'choice':
        return new Set(node.items.flatMap((item) => [...ends(item, from)]))
      case 'sequence':
        return node.items.reduce((starts, item) => each(starts, item), new Set([from]))
      case 'repeat': {
        const found = new Set<number>()
        let reached = new Set([from])
        for (let count = 0; count <= node.max && reached.size; count++) {
          const before = found.size
          if (count >= node.min) for (const end of reached) found.add(end)
          // Without an upper limit it goes on only while that finds something new.
          if (node.max === Infinity && count > node.min && found.size === before) break
          reached = each(reached, node.item)
        }
        return found
      }
    }
  }
  return ends
}
