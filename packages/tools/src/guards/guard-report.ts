import { type CallOptions, RtError } from '@rt/core'

/** What a guard did: `block` refused, `redact` changed the text, `warn` only says so. */
export type GuardAction = 'block' | 'redact' | 'warn'

/** Something a guard found, by name and number: never the text itself. */
export interface GuardFinding {
  guard: string
  /** `email`, `ignore-instructions`, a label of a classifier. */
  rule: string
  action: GuardAction
  count?: number
  /** How sure it is, 0 to 1. */
  score?: number
}

/** Puts findings on the trace, a span for each. */
export const reportFindings = ({ span }: CallOptions, findings: GuardFinding[]): void => {
  for (const { guard, rule, action, count = 1, score } of findings)
    span
      ?.child(`guard ${guard}`, {
        'rt.guard.name': guard,
        'rt.guard.rule': rule,
        'rt.guard.action': action,
        'rt.guard.count': count,
        'rt.guard.score': score,
      })
      .end(action === 'block' ? blockedBy({ guard, rule }) : undefined)
}

/** The refusal of a guard. It says which and by what rule, and nothing of the text. */
export const blockedBy = ({ guard, rule }: Pick<GuardFinding, 'guard' | 'rule'>): RtError =>
  new RtError({
    code: 'guard_blocked',
    message: `the guard "${guard}" refused this (${rule}).`,
    hint: 'What it refuses is set under [guards] in config.toml, or where the guard is made.',
    data: { guard, rule },
  })

/**
 * Puts findings on the trace.
 *
 * @throws RtError `guard_blocked` when one of them is a block.
 */
export const settleFindings = (options: CallOptions, findings: GuardFinding[]): void => {
  reportFindings(options, findings)
  const block = findings.find(({ action }) => action === 'block')
  if (block) throw blockedBy(block)
}
