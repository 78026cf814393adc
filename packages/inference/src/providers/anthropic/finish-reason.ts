import type { FinishReason } from '@rt/core'

/** What the API calls it; a reason that is new counts as a plain end. */
export const finishReasonOf = (stopReason: string): FinishReason => REASONS[stopReason] ?? 'stop'

const REASONS: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  // Still not at its end after the most pauses.
  pause_turn: 'length',
  refusal: 'content-filter',
  model_context_window_exceeded: 'length',
}
