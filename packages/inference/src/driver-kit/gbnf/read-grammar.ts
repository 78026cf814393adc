import { RtError } from '@rt/core'

/** What a rule of a grammar says, as far as its size and its ends go: which characters it reads does not matter. */
export type GrammarNode =
  | { kind: 'text'; length: number }
  | { kind: 'ref'; name: string }
  | { kind: 'sequence'; items: GrammarNode[] }
  | { kind: 'choice'; items: GrammarNode[] }
  | { kind: 'repeat'; item: GrammarNode; min: number; max: number }

const MAX_NESTING = 200

/**
 * Reads GBNF as llama.cpp does.
 *
 * @throws RtError `invalid_request` naming the line: a syntax error, a rule that is missing, no `root`.
 */
export const readGrammar = (text: string): Map<string, GrammarNode> => {
  const rules = new Map<string, GrammarNode>()
  let at = 0
  const fail = (what: string): never => {
    const line = text.slice(0, at).split('\n').length
    throw wrongGrammar(`line ${line}: ${what}`)
  }
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const spaces = (newLines: boolean): unknown => match(newLines ? /(?:[ \t\r\n]|#[^\r\n]*)*/y : /(?:[ \t]|#[^\r\n]*)*/y)

  const choice = (depth: number, newLines: boolean): GrammarNode => {
    if (depth > MAX_NESTING) fail(`groups are nested more than ${MAX_NESTING} deep`)
    const items = [sequence(depth, newLines)]
    while (text[at] === '|') {
      at++
      spaces(true)
      items.push(sequence(depth, newLines))
    }
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }
  const sequence = (depth: number, newLines: boolean): GrammarNode => {
    const items: GrammarNode[] = []
    for (;;) {
      const item = atom(depth)
      if (!item) return items.length === 1 ? items[0]! : { kind: 'sequence', items }
      spaces(newLines)
      items.push(repeated(item, newLines))
    }
  }
  const repeated = (item: GrammarNode, newLines: boolean): GrammarNode => {
    let node = item
    for (let times = 0; ; times++) {
      const mark = match(/[*+?]|\{[ \t]*\d{1,9}[ \t]*(?:,[ \t]*\d{0,9}[ \t]*)?\}/y)
      if (mark === undefined) return node
      if (times > 8) fail('one item has more than 8 repetitions')
      const [, min = '', comma, max = ''] = /^\{\s*(\d+)\s*(,?)\s*(\d*)/.exec(mark) ?? []
      const bounds: Record<string, [number, number]> = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }
      const [low, high] = bounds[mark] ?? [Number(min), comma ? (max ? Number(max) : Infinity) : Number(min)]
      node = { kind: 'repeat', item: node, min: low, max: high }
      spaces(newLines)
    }
  }
  const atom = (depth: number): GrammarNode | undefined => {
    const char = text[at]
    if (char === '"') {
      const literal = match(/"(?:\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[trn\\"[\]])|[^"\\])*"/y)
      return {
        kind: 'text',
        length: (literal ?? fail('a text in quotes is not closed, or has an escape that is not known')).length - 2,
      }
    }
    if (char === '[') {
      if (match(/\[(?:\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[trn\\"[\]])|[^\]\\])*\]/y) === undefined)
        fail('a class of characters is not closed, or has an escape that is not known')
      return { kind: 'text', length: 1 }
    }
    if (char === '.') {
      at++
      return { kind: 'text', length: 1 }
    }
    if (char === '(') {
      at++
      spaces(true)
      const inner = choice(depth + 1, true)
      if (text[at] !== ')') fail('a group is not closed')
      at++
      return inner
    }
    const name = match(/[a-zA-Z0-9-]+/y)
    if (name !== undefined) return { kind: 'ref', name }
    return undefined
  }

  spaces(true)
  while (at < text.length) {
    const name = match(/[a-zA-Z0-9-]+/y) ?? fail('a rule begins with its name (letters, digits, "-")')
    spaces(false)
    if (match(/::=/y) === undefined) fail(`"::=" is missing after the name "${name}"`)
    spaces(true)
    const body = choice(0, false)
    if (at < text.length && text[at] !== '\r' && text[at] !== '\n') fail('this is no text, class, group or rule name')
    rules.set(name, body)
    spaces(true)
  }
  if (!rules.has('root')) throw wrongGrammar('it has no rule "root"')
  for (const node of rules.values())
    for (const name of namesIn(node))
      if (!rules.has(name)) throw wrongGrammar(`the rule "${name}" is used, but not defined`)
  return rules
}

const namesIn = (node: GrammarNode): string[] => {
  if (node.kind === 'ref') return [node.name]
  if (node.kind === 'repeat') return namesIn(node.item)
  return node.kind === 'text' ? [] : node.items.flatMap(namesIn)
}

/** The rules for which `holds` is true, found by asking again until nothing changes. */
export const fixpoint = (
  rules: ReadonlyMap<string, GrammarNode>,
  holds: (node: GrammarNode, known: ReadonlySet<string>) => boolean,
): Set<string> => {
  const known = new Set<string>()
  for (let before = -1; before < known.size;) {
    before = known.size
    for (const [name, node] of rules) if (!known.has(name) && holds(node, known)) known.add(name)
  }
  return known
}

export const wrongGrammar = (what: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `the grammar cannot be used: ${what}.`,
    hint: 'It is GBNF, the grammar format of llama.cpp, and begins with the rule "root".',
    data: { field: 'output.gbnf' },
  })
