import { RtError, type SideEffect, type Tool } from '@rt/core'

export type RuleVerdict = 'allow' | 'ask' | 'deny'

/**
 * What may run, by what it is about: a tool's name, `*` standing for any letters (`write_file`, `files_*`); an origin
 * (`mcp:files`, `mcp:*`); a side effect (`effect:network`, `effect:write`, `effect:destructive`, `effect:none`,
 * `effect:unknown`). The most specific one holds: name before origin before side effect, the whole before the pattern, the
 * longer pattern before the shorter, and of two alike the stricter.
 */
export type ToolRules = Readonly<Record<string, RuleVerdict>>

export interface FoundRule {
  key: string
  verdict: RuleVerdict
}

/** The rule that holds for a tool. */
export type FindRule = (tool: Pick<Tool, 'name' | 'origin' | 'sideEffects'>) => FoundRule | undefined

const VERDICTS: readonly RuleVerdict[] = ['allow', 'ask', 'deny']
const EFFECT = 'effect:'
const EFFECTS = ['network', 'write', 'destructive', 'none', 'unknown'] as const satisfies (
  | SideEffect
  | 'none'
  | 'unknown'
)[]
const NAME = /^[\w*-]{1,64}$/
const ORIGIN = /^[a-z][a-z0-9-]*:[^\s:]+$|^[a-z][a-z0-9-]*:\*$/

interface Rule extends FoundRule {
  /** The larger the more specific. */
  weight: number
  matches: (tool: Parameters<FindRule>[0]) => boolean
}

/** @throws RtError `invalid_request` for a key or a verdict that is none. */
export const readRules = (rules: ToolRules): FindRule => {
  const sorted = Object.entries(rules)
    .map(([key, verdict]) => readRule(key, verdict))
    .toSorted((a, b) => b.weight - a.weight || VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict))
  return (tool) => sorted.find(({ matches }) => matches(tool))
}

const NAME_WEIGHT = 10_000
const ORIGIN_WEIGHT = 1000

const readRule = (key: string, verdict: RuleVerdict): Rule => {
  if (!VERDICTS.includes(verdict))
    throw invalid(
      `the rule of ${JSON.stringify(key)} is ${JSON.stringify(verdict)}.`,
      'Write "allow", "ask" or "deny".',
    )
  if (key.startsWith(EFFECT)) {
    const effect = key.slice(EFFECT.length)
    if (!(EFFECTS as readonly string[]).includes(effect))
      throw invalid(
        `${JSON.stringify(key)} is no side effect.`,
        `There are ${EFFECTS.map((one) => EFFECT + one).join(', ')}.`,
      )
    return { key, verdict, weight: 0, matches: (tool) => effectsOf(tool).includes(effect) }
  }
  if (NAME.test(key)) {
    const matches = toMatcher(key)
    return { key, verdict, weight: NAME_WEIGHT + weightOf(key), matches: ({ name }) => matches(name) }
  }
  if (ORIGIN.test(key)) {
    const matches = toMatcher(key)
    const matchesOrigin: Rule['matches'] = ({ origin }) => origin !== undefined && matches(origin)
    return { key, verdict, weight: ORIGIN_WEIGHT + weightOf(key), matches: matchesOrigin }
  }
  throw invalid(
    `${JSON.stringify(key)} is neither a tool, an origin nor a side effect.`,
    'Write a name such as "write_file" or "files_*", an origin such as "mcp:files", or "effect:network".',
  )
}

const effectsOf = ({ sideEffects }: Parameters<FindRule>[0]): readonly string[] => {
  if (!sideEffects) return ['unknown']
  return sideEffects.length ? sideEffects : ['none']
}

/** What is written out in full is more than any pattern. */
const weightOf = (pattern: string): number => (pattern.includes('*') ? pattern.replaceAll('*', '').length : 500)

const toMatcher = (pattern: string): ((text: string) => boolean) => {
  const [first = '', ...rest] = pattern.split('*')
  if (!rest.length) return (text) => text === pattern
  const last = rest.pop()!
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
    let at = first.length
    for (const piece of rest) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= text.length - last.length
  }
}

const invalid = (message: string, hint: string): RtError => new RtError({ code: 'invalid_request', message, hint })
