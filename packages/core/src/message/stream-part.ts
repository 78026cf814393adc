import type { SerializedRtError } from '../errors/rt-error.ts'
import type { JsonValue } from '../schema/json.ts'
import type { ContextReport } from '../thread/context.ts'
import type { CitationPart, PrivacyLabel, ProviderData } from './message.ts'
import type { Timings, Usage } from './usage.ts'

/**
 * Why an answer ended. Of the loop: `limit` = a cap of the run (a warning says which), `approval` = it waits for a person,
 * `tool-calls` = for the client's own tools.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'limit' | 'approval'

/** How likely a model holds a token. */
export interface TokenChance {
  /** Its text; one that is part of a character has U+FFFD in it. */
  token: string
  /** Natural logarithm of the probability; -9999 = none. */
  logprob: number
  /** Its bytes, where its text does not say them. */
  bytes?: number[]
}

/** A token that was written. */
export interface TokenLogprob extends TokenChance {
  /** The likeliest in its place, best first. */
  top: TokenChance[]
}

/**
 * What streams out of a model, the agent loop and the runtime alike: one union, read by every wire.
 * A stream ends with exactly one of `finish`, `error` or `abort`; nothing comes after it.
 *
 * A LanguageModel emits: start, text-delta, reasoning-delta, tool-call-*, usage, warning, then one terminal part.
 * The loop adds: step-start, tool-progress, tool-result, approval-request, context, step-finish.
 * The runtime adds: citation.
 *
 * A loop whose model can `redecode` may say `tool-call-start` twice with one id: the arguments begin anew, and what their
 * deltas said so far no longer counts. `tool-call-end` comes once for each call.
 *
 * A run that goes on after its process ended may say `step-start` twice with one number: the step begins anew, and what came
 * of it so far no longer counts. So a call may have a second `tool-result`, which takes the place of the first.
 *
 * `logprobs` are of the tokens whose text begins in the delta; only there when the request asks for them.
 * `provider` is what the message part it belongs to has to keep (Part.provider). On a delta, whose text may be empty, it
 * also ends that part, `{}` included: the next delta opens a new one. So two signed thinking blocks stay two.
 */
export type StreamPart =
  /** `run`: what the turn is cancelled by. */
  | { type: 'start'; model: string; traceId?: string; run?: string }
  | { type: 'step-start'; step: number }
  | { type: 'text-delta'; text: string; logprobs?: TokenLogprob[]; provider?: ProviderData }
  | { type: 'reasoning-delta'; text: string; provider?: ProviderData }
  | { type: 'tool-call-start'; id: string; name: string }
  | { type: 'tool-call-delta'; id: string; delta: string }
  | { type: 'tool-call-end'; id: string; name: string; arguments: JsonValue; provider?: ProviderData }
  | {
      type: 'tool-result'
      id: string
      name: string
      result: JsonValue
      isError?: boolean
      /** The tool's; the message that carries the result gets both. */
      label?: PrivacyLabel
      untrusted?: true
      ms: number
    }
  /** What a tool that is still running has so far. Shown, never sent to the model. */
  | { type: 'tool-progress'; id: string; name: string; result: JsonValue }
  /** `run`: what to name when it is decided later; absent when only this program can be asked. */
  | {
      type: 'approval-request'
      id: string
      name: string
      arguments: JsonValue
      hash: string
      reason: string
      run?: string
    }
  | { type: 'citation'; citation: CitationPart }
  | { type: 'context'; context: ContextReport }
  | { type: 'usage'; usage: Usage; timings?: Timings }
  | { type: 'warning'; id: string; message: string }
  | { type: 'step-finish'; step: number; finishReason: FinishReason }
  | TerminalPart

export type TerminalPart =
  | { type: 'finish'; finishReason: FinishReason; usage: Usage }
  | { type: 'error'; error: SerializedRtError; usage?: Usage }
  | { type: 'abort'; reason: string; usage?: Usage }

export const isTerminal = (part: StreamPart): part is TerminalPart =>
  part.type === 'finish' || part.type === 'error' || part.type === 'abort'
