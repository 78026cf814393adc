import type { ModelRequest } from '@rt/core'
import type { LlamaGrammarEvaluationState } from 'node-llama-cpp'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import type { AnswerRun } from './answer-run.ts'
import type { HostModel } from './load-model.ts'
import type { LlamaSequence } from './open-sequences.ts'
import { speculate, type Speculation } from './speculate.ts'

/** For answers in which it may show in nothing but the time; it drafts while no other answer is under way. */
export const startSpeculation = (
  { llama, lane }: LlamaSequence,
  {
    loaded: { model, info, payoff, slots },
    request,
    run,
    grammar,
    plan,
    room,
  }: {
    loaded: HostModel
    request: ModelRequest
    run: AnswerRun
    grammar: LlamaGrammarEvaluationState | undefined
    plan: AnswerPlan
    /** Most tokens that are still to be written. */
    room: () => number
  },
): Speculation | undefined => {
  // What is written for the model behind a thought comes after tokens that would have been sampled already.
  const steered = info.reasoning && (grammar !== undefined || plan.budgetTokens < Infinity)
  // Caches that cannot forget their last tokens would be read anew.
  if (!payoff || run.seeded || request.logprobs || steered || llama.needsCheckpoints) return undefined
  return speculate(llama, { model, lane, payoff, quiet: () => slots.state().busy <= 1, room })
}
