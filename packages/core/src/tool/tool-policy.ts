import type { CallOptions, Principal } from '../model/call-options.ts'
import type { JsonValue } from '../schema/json.ts'
import type { Tool } from './tool.ts'

/** A call that is about to run, its arguments checked. */
export interface JudgedCall {
  id: string
  tool: Tool
  /** As the model wrote them. */
  arguments: JsonValue
  /** What the tool made of them. */
  input: unknown
  principal: Principal
  thread?: string | undefined
  /**
   * Something the model has read came from others (retrieved passages, results of untrusted tools): it may have been told
   * there to make this call.
   */
  tainted: boolean
}

/** `ask`: a person decides. */
export type ToolVerdict = { type: 'allow' } | { type: 'ask'; reason: string } | { type: 'deny'; reason: string }

/** What may run without a person, what only with one, and what never. */
export interface ToolPolicy {
  judge(call: JudgedCall, options?: CallOptions): ToolVerdict | Promise<ToolVerdict>
}

/** What a person is asked. Their answer holds for this tool, these arguments and this principal: `hash` says all three. */
export interface ApprovalRequest {
  /** Of the call. */
  id: string
  name: string
  arguments: JsonValue
  hash: string
  reason: string
  principal: Principal
  thread?: string | undefined
}

export interface Approval {
  approved: boolean
  /** Told to the model when it was denied. */
  reason?: string
}

/** Asks a person who is there now. */
export type Approver = (request: ApprovalRequest, options: CallOptions) => Promise<Approval>
