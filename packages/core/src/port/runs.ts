import type { StreamPart } from '../message/stream-part.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'
import type { LoopState, RunRecord, RunStatus } from '../thread/run-store.ts'
import type { Approval } from '../tool/tool-policy.ts'

/** A run as it is shown: without the conversation. */
export interface RunInfo
  extends Omit<RunRecord, 'request' | 'state'>, Pick<LoopState, 'step' | 'usage' | 'calls' | 'pending'> {
  /** It is worked on now. One that is `running` and not live was interrupted: its process ended. */
  live: boolean
}

export interface RunOptions extends CallOptions {
  /** Whose run it is. Default `local`. */
  principal?: Principal
}

/** Which call, and what was seen of it: a decision about anything else is refused. */
export interface CallDecision {
  /** Its id. */
  call: string
  /** As the approval-request part and `get` say it. */
  hash: string
}

/** Runs that wait for a person, and durable ones. A run of another principal is not there. */
export interface RunOperations {
  /** Newest first. Default: 100 of them. */
  list(options?: RunOptions & { status?: RunStatus; thread?: string; limit?: number }): Promise<RunInfo[]>
  /** @throws RtError `not_found`. */
  get(id: string, options?: RunOptions): Promise<RunInfo>
  /** @throws RtError `not_found`; `conflict` when the call was decided before, or is another than the one that was seen. */
  approve(id: string, decision: CallDecision, options?: RunOptions): Promise<RunInfo>
  /** As `approve`; the model is told the reason. */
  deny(id: string, decision: CallDecision & Pick<Approval, 'reason'>, options?: RunOptions): Promise<RunInfo>
  /**
   * Goes on with a run whose calls were decided, or whose process ended; streams what is new. It goes on when nobody reads.
   * Never throws: failures are terminal parts.
   */
  resume(id: string, options?: RunOptions): AsyncIterable<StreamPart>
  /** Ends a run that waits, or a turn that is being answered; false when it had ended. @throws RtError `not_found`. */
  cancel(id: string, options?: RunOptions): Promise<boolean>
  /**
   * What a run streamed after so many parts, as it comes, up to the first terminal part; of a run that went on after one there
   * is more after that. Who has all of a run that is not live is given its last part again. Never throws.
   */
  stream(id: string, options?: RunOptions & { after?: number }): AsyncIterable<StreamPart>
  /** With all it streamed; one that is live is cancelled. False when there is none. */
  delete(id: string, options?: RunOptions): Promise<boolean>
}
