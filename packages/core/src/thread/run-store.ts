import type { SerializedRtError } from '../errors/rt-error.ts'
import type { Message, PrivacyLabel } from '../message/message.ts'
import type { StreamPart } from '../message/stream-part.ts'
import type { Usage } from '../message/usage.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { Approval } from '../tool/tool-policy.ts'

/** A call of the last step that has no result yet. */
export interface PendingCall {
  id: string
  name: string
  arguments: JsonValue
  /** What a decision about it is bound to. */
  hash: string
  /** Why a person is asked; absent for a call that may have begun: where its process ended, nobody knows whether it ran. */
  reason?: string
  decision?: Approval
}

/** Where a run of the agent loop stands between two of its phases: enough to go on in another process. Plain JSON. */
export interface LoopState {
  /** Model calls so far. */
  step: number
  /** Of them, tries that wrong arguments got beyond the cap of steps. */
  repairs?: number
  /** What the model and the tools wrote so far. */
  written: Message[]
  usage: Usage
  /** Tool calls that ran. */
  calls: number
  /** Milliseconds it worked, waiting for people left out. */
  ms: number
  /** US dollars, as far as known. */
  usd?: number
  pending: PendingCall[]
  label?: PrivacyLabel
  /** Something it has read came from others. */
  tainted: boolean
}

/** `waiting`: for a person. */
export type RunStatus = 'running' | 'waiting' | 'finished' | 'failed' | 'cancelled'

export interface RunRecord {
  /** 128 random bits: who knows it may read it, so it cannot be guessed. */
  id: string
  principal: Principal
  thread?: string
  status: RunStatus
  /** What was asked for, so that another process can go on with it. */
  request: JsonObject
  state: LoopState
  error?: SerializedRtError
  traceId?: string
  /** Parts of its stream that are kept. */
  parts: number
  /** Milliseconds since 1970. */
  createdAt: number
  updatedAt: number
}

export interface RunChange {
  status?: RunStatus
  state?: LoopState
  error?: SerializedRtError
  traceId?: string
  /** Appended to its stream. */
  parts?: StreamPart[]
}

/** Runs that survive a restart, found by (principal, id). Each call is one transaction. */
export interface RunStore {
  /** One that is `running` belongs to this store object from here on. @throws RtError `conflict` when there is one of that id. */
  create(run: Omit<RunRecord, 'parts' | 'createdAt' | 'updatedAt'>, options?: CallOptions): Promise<void>
  /**
   * Of a run that belongs to this store object, which it goes on doing for the length of a lease; one that is `running` no
   * more belongs to nobody.
   *
   * @throws RtError `not_found`; `conflict` when the run has ended, was cancelled or was claimed elsewhere meanwhile.
   */
  save(principal: Principal, id: string, change: RunChange, options?: CallOptions): Promise<void>
  get(principal: Principal, id: string, options?: CallOptions): Promise<RunRecord | undefined>
  /** Newest first. */
  list(
    principal: Principal,
    options?: CallOptions & { status?: RunStatus; thread?: string; limit?: number },
  ): Promise<RunRecord[]>
  /**
   * What was streamed after so many parts, at most 1,000 of it at a time.
   *
   * @throws RtError `not_found` when parts after that are no longer kept.
   */
  parts(principal: Principal, id: string, after: number, options?: CallOptions): Promise<StreamPart[]>
  /**
   * Notes what a person said about one call that waits.
   *
   * @throws RtError `not_found`; `conflict` when it was decided before, or is another call than the one that was seen.
   */
  decide(
    principal: Principal,
    id: string,
    decision: Approval & { call: string; hash: string },
    options?: CallOptions,
  ): Promise<RunRecord>
  /** False when it had ended. @throws RtError `not_found`. */
  cancel(principal: Principal, id: string, options?: CallOptions): Promise<boolean>
  /**
   * Takes a run that waits, or whose process is gone, so that nobody else goes on with it too; undefined when somebody has it.
   *
   * @throws RtError `not_found`; `conflict` when it has ended.
   */
  claim(principal: Principal, id: string, options?: CallOptions): Promise<RunRecord | undefined>
  delete(principal: Principal, id: string, options?: CallOptions): Promise<boolean>
}
