import { type AnswerGuard, type CallOptions, type Guard, type JsonValue, RtError } from '@rt/core'
import { type GuardAction, settleFindings } from '../guard-report.ts'
import { mapMessages } from '../map-messages.ts'
import { mapStrings } from '../map-strings.ts'
import { perRun } from '../per-run.ts'
import { PII_RULES, type PiiRule } from './detectors.ts'
import { findPii } from './find-pii.ts'
import { createRedactStream } from './redact-stream.ts'
import { createVault, labelOf, type Vault } from './vault.ts'

export interface PiiGuardOptions {
  /** What is looked for. Default: all there is. */
  rules?: readonly PiiRule[]
  /** Default `redact`. `block` refuses, `warn` only says so on the trace. */
  action?: GuardAction
  /**
   * The model sees numbered placeholders (`[EMAIL_1]`); tools and people get the values back, which stay in this process
   * and in this run. Default false: everybody sees `[EMAIL]`.
   */
  reversible?: boolean
}

const NAME = 'pii'

/**
 * Keeps personal data and keys (e-mail addresses, phone numbers, IBANs, card numbers, IP addresses, national ids, secrets)
 * from the model, from tools and out of answers, also when a value is split over the pieces of a stream. What is found by a
 * checksum is found surely; the rest goes by its shape, and names of people have none.
 *
 * @throws RtError `invalid_request` for a rule that is none.
 */
export const createPiiGuard = ({
  rules = PII_RULES,
  action = 'redact',
  reversible = false,
}: PiiGuardOptions = {}): Guard => {
  checkRules(rules)
  const wanted: ReadonlySet<PiiRule> = new Set(rules)
  const vaults = perRun(createVault)
  /** Prompts are sent again with each step; each is told of once. */
  const told = perRun(() => new Set<string>())

  const redact = (text: string, counts: Counts, vault?: Vault): string => {
    const found = findPii(text, wanted)
    if (found.length === 0) return text
    let at = 0
    let out = ''
    for (const { rule, start, end } of found) {
      counts.set(rule, (counts.get(rule) ?? 0) + 1)
      out += text.slice(at, start) + (vault ? vault.hide(rule, text.slice(start, end)) : `[${labelOf(rule)}]`)
      at = end
    }
    return action === 'redact' ? out + text.slice(at) : text
  }
  const settle = (counts: Counts, options: CallOptions): void =>
    settleFindings(
      options,
      Array.from(counts, ([rule, count]) => ({ guard: NAME, rule, action, count })),
    )
  const redactValue = async (value: unknown, options: CallOptions): Promise<unknown> => {
    const counts: Counts = new Map()
    const redacted = await mapStrings(value, (text) => redact(text, counts))
    settle(counts, options)
    return redacted
  }
  const redacting = (options: CallOptions, form: 'text' | 'json'): AnswerGuard => {
    const counts: Counts = new Map()
    const stream = createRedactStream({
      rules: wanted,
      form,
      replace: (rule) => {
        counts.set(rule, (counts.get(rule) ?? 0) + 1)
        return `[${labelOf(rule)}]`
      },
    })
    const report = (redacted: string, given: string): string => {
      const found = new Map(counts)
      counts.clear()
      settle(found, options)
      return action === 'warn' ? given : redacted
    }
    return {
      push: (text) => report(stream.push(text), text),
      end: () => report(stream.end(), ''),
    }
  }
  const isReversible = reversible && action === 'redact'

  return {
    async beforeModel(messages, options = {}) {
      const vault = isReversible ? vaults(options) : undefined
      const fresh: Counts = new Map()
      const known = told(options)
      const redacted = await mapMessages(messages, (text, { id }, part) => {
        const counts: Counts = new Map()
        const changed = redact(text, counts, vault)
        const key = `${id} ${part.type} ${text.length}`
        if (action === 'block' || !known.has(key))
          for (const [rule, count] of counts) fresh.set(rule, (fresh.get(rule) ?? 0) + count)
        if (counts.size > 0) known.add(key)
        return changed
      })
      settle(fresh, options)
      return redacted
    },
    answer: (options = {}, form = 'text') =>
      isReversible ? vaults(options).restoring(form) : redacting(options, form),
    beforeTool: async (_name, args, options = {}) =>
      (isReversible
        ? await mapStrings(args, (text) => vaults(options).restore(text))
        : await redactValue(args, options)) as JsonValue,
    // With placeholders that can be turned back the next prompt hides them; people see the values.
    ...(!isReversible && { afterTool: (_name, result, options = {}) => redactValue(result, options) }),
  }
}

type Counts = Map<PiiRule, number>

const checkRules = (rules: readonly string[]): void => {
  const wrong = rules.find((rule) => !(PII_RULES as readonly string[]).includes(rule))
  if (wrong !== undefined)
    throw new RtError({
      code: 'invalid_request',
      message: `the pii guard has no rule "${wrong}".`,
      hint: `There are: ${PII_RULES.join(', ')}.`,
    })
}
