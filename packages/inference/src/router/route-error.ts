import { RtError } from '@rt/core'
import type { SkippedLeg } from './choose-legs.ts'
import { retryAfterMs } from './backoff.ts'

export interface LegFailure {
  leg: string
  error: RtError
}

const MESSAGE_LIMIT = 200

/** The one error of a call no leg could answer: that of its only leg, or all of them in one sentence. */
export const routeError = (id: string, failures: LegFailure[], skipped: SkippedLeg[], carriers: string[]): RtError => {
  const last = failures.at(-1)
  if (!last) return refused(id, skipped, carriers)
  if (failures.length === 1 && skipped.length === 0) return last.error
  const waits = failures.map(({ error }) => retryAfterMs(error)).filter((ms) => ms > 0)
  const reasons = [
    ...failures.map(({ leg, error }) => `${leg}: ${clip(error.message)}`),
    ...skipped.map(({ leg, why }) => `${leg.id}: not asked, ${why}`),
  ]
  return new RtError({
    code: last.error.code,
    message: `no model of '${id}' could answer. ${reasons.join(' · ')}`,
    hint: last.error.hint,
    cause: last.error,
    retryable: failures.some(({ error }) => error.retryable),
    data: {
      route: id,
      legs: [
        ...failures.map(({ leg, error }) => ({ leg, code: error.code })),
        ...skipped.map(({ leg, code }) => ({ leg: leg.id, code })),
      ],
      ...(waits.length && { retryAfterMs: Math.min(...waits) }),
    },
  })
}

const refused = (id: string, skipped: SkippedLeg[], carriers: string[]): RtError => {
  const legs = skipped.map(({ leg }) => leg.id)
  const [only, ...others] = skipped
  const isAlone = others.length === 0 && only?.leg.id === id
  const reasons = isAlone ? only.why : skipped.map(({ leg, why }) => `${leg.id}: ${why}`).join(' · ')
  if (carriers.length && skipped.some(({ code }) => code === 'local_only'))
    return new RtError({
      code: 'local_only',
      message: isAlone ? `${id} may not answer: ${reasons}` : `no model of '${id}' may answer. ${reasons}`,
      hint: 'List a model of this machine, too (the next of a list is asked), or leave out what is labelled local-only.',
      data: { route: id, carriers, legs },
    })
  return new RtError({
    code: 'unsupported',
    message: isAlone ? `${id} cannot answer: ${reasons}` : `no model of '${id}' can answer. ${reasons}`,
    hint: 'List a model that can, too: the next of a list is asked.',
    data: { route: id, legs },
  })
}

const clip = (text: string): string => (text.length > MESSAGE_LIMIT ? `${text.slice(0, MESSAGE_LIMIT)}…` : text)
