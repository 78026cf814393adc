import { type RunInfo, type RunOptions, RtError } from '@rt/core'
import type { RuntimeClient } from '../../runtime.ts'
import { called } from '../called.ts'
import { describeCall } from './describe-call.ts'
import { undecided } from './format-run.ts'

export interface Decision {
  approved: boolean
  /** Undefined: the one that waits; to deny, all of them. */
  call: string | undefined
  reason: string | undefined
  options: RunOptions
}

/** Says yes or no to calls of a run that wait, and what they were. */
export const decide = async (
  { runs }: Pick<RuntimeClient, 'runs'>,
  run: RunInfo,
  { approved, call, reason, options }: Decision,
): Promise<RunInfo> => {
  const waiting = undecided(run)
  const chosen = call === undefined ? waiting : waiting.filter(({ id }) => id === call)
  if (chosen.length === 0) throw nothing(run, call)
  if (approved && chosen.length > 1) throw several(run)
  let after = run
  for (const one of chosen) {
    const decision = { call: one.id, hash: one.hash }
    process.stderr.write(` ${approved ? 'approved' : 'denied'}  ${describeCall(one).replaceAll('\n', '\n   ')}\n`)
    after = approved
      ? await runs.approve(run.id, decision, options)
      : await runs.deny(run.id, { ...decision, ...(reason !== undefined && { reason }) }, options)
  }
  return after
}

const nothing = (run: RunInfo, call: string | undefined): RtError =>
  new RtError({
    code: call === undefined ? 'conflict' : 'not_found',
    message:
      call === undefined
        ? `run ${run.id} waits for nobody: it is ${run.status}.`
        : `no call ${call} of run ${run.id} waits.`,
    hint: `See: ${called} runs show ${run.id}`,
  })

/** Each is read before it is allowed. */
const several = (run: RunInfo): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${undecided(run).length} calls of run ${run.id} wait: name the one to approve.`,
    hint: `${undecided(run)
      .map(({ id, name }) => `${called} runs approve ${run.id} ${id}   (${name})`)
      .join('\n')}`,
  })
