import type { SerializedRtError } from '../errors/rt-error.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'
import type { JsonValue } from '../schema/json.ts'

export type WorkflowStatus = 'running' | 'finished' | 'failed'

/** One execution of a workflow, with what its steps returned. */
export interface WorkflowRecord {
  id: string
  principal: Principal
  /** Of the workflow. */
  name: string
  status: WorkflowStatus
  input: JsonValue
  /** What each step that is done returned, by its name. */
  steps: Record<string, JsonValue>
  result?: JsonValue
  error?: SerializedRtError
}

/** Workflows that survive a restart, found by (principal, id). Each call is one transaction. */
export interface StepStore {
  /** The one that is there, else a new one. */
  open(
    workflow: Pick<WorkflowRecord, 'id' | 'principal' | 'name' | 'input'>,
    options?: CallOptions,
  ): Promise<WorkflowRecord>
  /** Keeps what a step returned. */
  step(principal: Principal, id: string, name: string, result: JsonValue): Promise<void>
  end(principal: Principal, id: string, end: { result: JsonValue } | { error: SerializedRtError }): Promise<void>
  /** Newest first. */
  list(principal: Principal, options?: CallOptions & { limit?: number }): Promise<Omit<WorkflowRecord, 'steps'>[]>
  delete(principal: Principal, id: string): Promise<boolean>
}
