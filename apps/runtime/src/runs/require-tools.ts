import { type LoopState, RtError, type Tool } from '@rt/core'
import type { RunRequest } from '../run-request.ts'
import type { Asked } from './asked.ts'

/**
 * Tools are functions of a program: those that a turn was given with, and those a person was asked about, must be here before
 * it goes on, or the decision would be lost.
 *
 * @throws RtError `unsupported` naming those that are missing.
 */
export const requireTools = (
  id: string,
  asked: Asked,
  request: RunRequest,
  { state, given }: { state: LoopState; given: Tool[] | undefined },
): RunRequest => {
  const wanted = asked.type === 'own' && !given ? (asked.given ?? []) : []
  const decided = state.pending.flatMap(({ name, reason, decision }) => ((reason ?? decision) ? [name] : []))
  const names = new Set((request.tools ?? []).map(({ name }) => name))
  const missing = [...new Set([...wanted, ...decided])].filter((name) => !names.has(name))
  if (missing.length === 0) return request
  throw new RtError({
    code: 'unsupported',
    message: `run ${id} uses tools of the program that began it, and they are not here: ${missing.join(', ')}.`,
    hint: 'Go on with it where they are: under rt serve app.ts, or by rt.runs.resume(id, { tools }) of that program.',
    data: { run: id },
  })
}
