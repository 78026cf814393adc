import { abortable, type Approval, RtError, type Tool } from '@rt/core'
import type { LoopRun, ToolCall } from './loop-options.ts'

/** `run`: go ahead. `refused`: the error is its result. `wait`: a person decides after this run. */
export type Judgement = { type: 'run' } | { type: 'refused'; error: RtError } | { type: 'wait'; reason: string }

/**
 * Whether a call with good arguments may run: by what was decided before, by the policy, else by what the tool says of
 * itself. A person who is there is asked while it waits.
 *
 * @throws RtError when the run is aborted, or whatever the policy or the tool's own `approval` throws.
 */
export const judgeCall = async (
  run: LoopRun,
  tool: Tool,
  call: ToolCall & { hash: string },
  input: unknown,
): Promise<Judgement> => {
  const { options, signal, span } = run
  const { principal, thread, approve } = options
  const decided = run.pending.get(call.id)?.decision
  // A decision is about what was seen: other arguments are another call.
  if (decided && run.pending.get(call.id)?.hash === call.hash) return settle(call.name, decided)
  const verdict = await judge(run, tool, call, input)
  if (verdict.type === 'allow') return { type: 'run' }
  if (verdict.type === 'deny') return refused('forbidden', `${call.name} is not allowed: ${verdict.reason}`)
  const { reason } = verdict
  if (approve) {
    const { id, name, arguments: args, hash } = call
    const request = { id, name, arguments: args, hash, reason, principal, thread }
    return settle(name, await abortable(approve(request, { signal, span }), signal))
  }
  if (options.checkpoint) return { type: 'wait', reason }
  return refused('approval_required', `${call.name} did not run: ${reason}, and there is nobody to ask.`)
}

const judge = async (
  { options, tainted, signal, span }: LoopRun,
  tool: Tool,
  { id, arguments: args }: ToolCall,
  input: unknown,
): Promise<{ type: 'allow' } | { type: 'ask' | 'deny'; reason: string }> => {
  const { policy, principal, thread } = options
  if (policy) {
    const call = { id, tool, arguments: args, input, principal, thread, tainted }
    return abortable(Promise.resolve(policy.judge(call, { signal, span })), signal)
  }
  const { approval = false } = tool
  const context = { callId: id, principal, span, ...(thread !== undefined && { thread }) }
  const asks = typeof approval === 'function' ? await approval(input, context) : approval
  return asks ? { type: 'ask', reason: `${tool.name} asks a person before it runs` } : { type: 'allow' }
}

const settle = (name: string, { approved, reason }: Approval): Judgement =>
  approved
    ? { type: 'run' }
    : refused('approval_denied', `${name} did not run: a person said no${reason ? `: ${reason}` : '.'}`)

const refused = (code: 'approval_denied' | 'approval_required' | 'forbidden', message: string): Judgement => ({
  type: 'refused',
  error: new RtError({ code, message }),
})
