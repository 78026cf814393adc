import type { CallOptions, Principal } from '../model/call-options.ts'
import type { PrivacyLabel } from '../message/message.ts'
import type { ToolSpec } from '../model/language-model.ts'
import type { JsonValue } from '../schema/json.ts'

/** What a tool knows about the call it serves. `signal` fires on timeout and abort: honour it. */
export interface ToolContext extends CallOptions {
  signal: AbortSignal
  callId: string
  principal: Principal
  thread?: string
}

export interface ToolRetry {
  /** Attempts after the first. Default 2. */
  retries: number
  /** First delay in ms; doubled each time, with full jitter. Default 200. */
  delayMs?: number
}

/** A tool ready to be called: what `tool()` of @rt/tools makes. */
export interface Tool extends ToolSpec {
  /** Ceiling for one attempt. Default 30,000 ms. */
  timeoutMs: number
  /** Only for idempotent tools; absent = one attempt. */
  retry?: ToolRetry
  /** Of everything it returns, errors included. */
  label?: PrivacyLabel
  /**
   * Checks and converts the model's arguments.
   *
   * @throws RtError `tool_arguments` naming the path and what was expected.
   */
  parse(args: JsonValue): Promise<unknown>
  execute(input: unknown, context: ToolContext): Promise<unknown>
}
