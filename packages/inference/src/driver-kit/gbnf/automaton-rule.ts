import type { GrammarBuilder } from '../grammar-builder.ts'
import type { Automaton } from '../pattern/automaton.ts'
import type { CodePoints } from '../pattern/code-points.ts'
import { jsonCharExpression, rawCharExpression } from './json-char.ts'

/** The inside of a JSON string of a trimmed automaton's language, and its closing quote. */
export const stringTailRule = (builder: GrammarBuilder, automaton: Automaton): string =>
  automatonRule(builder, automaton, {
    char: (set) => {
      const expression = jsonCharExpression(set)
      return expression.length > 40 ? builder.rule('char', expression, 2) : expression
    },
    end: '"\\""',
  })

/** The texts of a trimmed automaton as they are. */
export const rawTextRule = (builder: GrammarBuilder, automaton: Automaton): string =>
  automatonRule(builder, automaton, { char: rawCharExpression, end: '""' })

/**
 * A rule for each state. In every place at most one of its branches reads the next character, so the sampler never follows
 * two parses, whatever pattern the automaton was made of.
 */
const automatonRule = (
  builder: GrammarBuilder,
  { accepts, moves }: Automaton,
  { char, end }: { char: (set: CodePoints) => string; end: string },
): string => {
  const entries = moves.map(() => 0)
  for (const row of moves) for (const { to } of row) entries[to]!++
  // A state with one way in and one way on is written into that way: most patterns are rows of such.
  const inline = (state: number): boolean =>
    state !== 0 &&
    entries[state] === 1 &&
    !accepts[state] &&
    moves[state]!.length === 1 &&
    !moves[state]!.some(({ to }) => to === state)
  const names = moves.map((_, state) => (inline(state) ? '' : builder.reserve('text')))
  const follow = ({ set, to }: { set: CodePoints; to: number }): string => {
    const parts = [char(set)]
    let state = to
    while (!names[state]) {
      const [move] = moves[state]!
      parts.push(char(move!.set))
      state = move!.to
    }
    if (accepts[state] && !moves[state]!.length) parts.push(...(end === '""' ? [] : [end]))
    else parts.push(names[state]!)
    return parts.join(' ')
  }
  names.forEach((name, state) => {
    if (!name || (state !== 0 && accepts[state] && !moves[state]!.length)) return
    const branches = moves[state]!.map(follow)
    builder.define(name, [...branches, ...(accepts[state] ? [end] : [])].join(' | '), branches.length)
  })
  return names[0]!
}
