import { toRtError, RtError, withTimeout } from '@rt/core'
import { printableLine } from '../output/printable.ts'
import type { Check, CheckContext, Finding, Section } from './check.ts'
import { hideSecrets } from './hide-secrets.ts'

export interface SectionReport {
  section: Section
  findings: Finding[]
}

export interface RunChecksOptions extends Omit<CheckContext, 'signal'> {
  /** Most milliseconds of one check. */
  limitMs: number
  /** Values that must not be printed, whatever an error says. */
  secrets: string[]
  signal: AbortSignal
}

/** All checks at once, each with a limit of its own. Never rejects: a check that fails is itself a finding. */
export const runChecks = async (checks: Check[], options: RunChecksOptions): Promise<SectionReport[]> => {
  const found = await Promise.all(
    checks.map(async (check) => ({ section: check.section, findings: await runOne(check, options) })),
  )
  const sections = [...new Set(checks.map(({ section }) => section))]
  return sections.map((section) => ({
    section,
    findings: found.filter((one) => one.section === section).flatMap(({ findings }) => findings),
  }))
}

const runOne = async (check: Check, { limitMs, secrets, signal, ...context }: RunChecksOptions): Promise<Finding[]> => {
  const clean = (text: string): string => printableLine(hideSecrets(text, secrets))
  try {
    const found = await withTimeout((limit) => check.run({ ...context, signal: limit }), {
      ms: limitMs,
      signal,
      error: () => overdue(limitMs),
    })
    return [found].flat().map(({ fix, ...finding }) => ({
      ...finding,
      detail: clean(finding.detail),
      ...(fix !== undefined && { fix: clean(fix) }),
    }))
  } catch (error) {
    return [failed(check.name, error, clean)]
  }
}

/** Not red: that nothing could be found out does not say that something is broken. */
const failed = (name: string, thrown: unknown, clean: (text: string) => string): Finding => {
  const { message, hint } = toRtError(thrown)
  return { name, state: 'warning', detail: clean(message), ...(hint && { fix: clean(hint) }) }
}

const overdue = (limitMs: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `not known: it took longer than ${limitMs / 1000} s.`,
    hint: 'Look longer: rt doctor --limit 60',
  })
