import type { FinishReason } from '@rt/core'
import type { LoopRun, ToolCall } from './loop-options.ts'
import type { ModelAnswer } from './call-model.ts'

export type Decision = { next: 'step' } | { next: 'finish'; finishReason: FinishReason }

/** After a step: go on with the results, or end and why. */
export const decideNext = (
  run: LoopRun,
  { calls, finishReason }: ModelAnswer,
  step: number,
  maxSteps: number,
): Decision => {
  if (calls.length === 0) return { next: 'finish', finishReason: finishReason === 'tool-calls' ? 'stop' : finishReason }
  if (calls.some((call: ToolCall) => run.clientTools.has(call.name)))
    return { next: 'finish', finishReason: 'tool-calls' }
  return step < maxSteps ? { next: 'step' } : { next: 'finish', finishReason: 'step-limit' }
}
