import type { Approver } from '@rt/core'
import { askYes } from '../../ask-yes.ts'
import { describeCall } from './describe-call.ts'

/** Asks in the terminal; undefined where nobody sits at one: then the run waits. */
export const approveHere = (): Approver | undefined =>
  process.stdin.isTTY && process.stderr.isTTY
    ? async (request, { signal }) => ({ approved: await askYes(`${describeCall(request)}\nAllow it?`, { signal }) })
    : undefined
