import type { FinishReason } from '@rt/core'
import type { LoopProgress, LoopRun } from './loop-options.ts'
import type { ModelAnswer } from './call-model.ts'

export type Decision =
  | { next: 'step' }
  | { next: 'finish'; finishReason: FinishReason; warning?: { id: string; message: string } }

const repeatWarning = (times: number): { id: string; message: string } => ({
  id: 'repeat-limit',
  message: `the run ended after the model made the same call ${times} times.`,
})

/** After a step: go on with the results, or end and why. */
export const decideNext = async (
  run: LoopRun,
  { calls, finishReason }: ModelAnswer,
  progress: () => LoopProgress,
): Promise<Decision> => {
  if (calls.length === 0) return { next: 'finish', finishReason: finishReason === 'tool-calls' ? 'stop' : finishReason }
  if (run.pending.size > 0) return { next: 'finish', finishReason: 'approval' }
  if (calls.some(({ name }) => run.clientTools.has(name))) return { next: 'finish', finishReason: 'tool-calls' }
  const most = Math.max(0, ...run.made.values())
  if (most >= 2 * run.meter.limits.repeats)
    return { next: 'finish', finishReason: 'limit', warning: repeatWarning(most) }
  if (await run.options.stopWhen?.(progress())) return { next: 'finish', finishReason: 'stop' }
  if (run.repair.next()) run.meter.repairs++
  const warning = run.meter.reached()
  return warning ? { next: 'finish', finishReason: 'limit', warning } : { next: 'step' }
}
