import type { CallOptions, Principal } from '../model/call-options.ts'
import type { PrivacyLabel } from '../message/message.ts'
import type { ToolSpec } from '../model/language-model.ts'
import type { JsonSchema, JsonValue } from '../schema/json.ts'

/** What a tool knows about the call it serves. `signal` fires on timeout and abort: honour it. */
export interface ToolContext extends CallOptions {
  signal: AbortSignal
  callId: string
  principal: Principal
  thread?: string
  /** Of anything the model has read: it may have put it into the arguments. */
  label?: PrivacyLabel
  /** Labels the result of this call alone, where only some of what a tool finds has to stay here. */
  setLabel?(label: PrivacyLabel): void
}

export interface ToolRetry {
  /** Attempts after the first. */
  retries: number
  /** First delay in ms; doubled each time, with full jitter. Default 200. */
  delayMs?: number
  /** Which failures are tried again. Default: those of others (network and the like), and an RtError that says so. */
  on?: (error: unknown) => boolean
}

/**
 * What a call does beyond its answer: `network` sends something to another machine, `write` changes something that can be
 * changed back, `destructive` what cannot.
 */
export type SideEffect = 'network' | 'write' | 'destructive'

/** A tool ready to be called: what `tool()` of @rt/tools makes. */
export interface Tool extends ToolSpec {
  /** Ceiling for one attempt. Default 30,000 ms. */
  timeoutMs: number
  /** Only for idempotent tools; absent = one attempt. */
  retry?: ToolRetry
  /** Of everything it returns, errors included. */
  label?: PrivacyLabel
  /** Empty = none; absent = nobody said, which is taken for the worst where it matters. */
  sideEffects?: readonly SideEffect[]
  /** Called twice with the same arguments it does no more than called once. Default: when it has no side effects. */
  idempotent?: boolean
  /** What it returns was written by others (a web page, a mailbox): its text may try to steer the model. Default false. */
  untrusted?: boolean
  /** Whether a person is asked before a call. A policy may say otherwise. Default: nobody is. */
  approval?: boolean | ((input: unknown, context: Omit<ToolContext, 'signal'>) => boolean | Promise<boolean>)
  /**
   * Calls of it that run at a time, over all runs of the process; more wait. What was stopped and goes on counts for 5 s more.
   * Default: no limit.
   */
  maxConcurrent?: number
  /** No other call of the step runs beside it. Default false. */
  sequential?: boolean
  /** UTF-8 bytes of its result that the model sees, about; the rest becomes a marker. Default 65,536. */
  maxResultBytes?: number
  /** JSON Schema of what it returns. */
  outputSchema?: JsonSchema
  /** Where it comes from, such as `mcp:files`. Absent for tools of the program. */
  origin?: string
  /**
   * Checks and converts the model's arguments.
   *
   * @throws RtError `tool_arguments` naming the path and what was expected.
   */
  parse(args: JsonValue): Promise<unknown>
  /**
   * An iterable shows each value to whoever watches (`tool-progress`). What a generator returns is the result, else the last
   * value.
   */
  execute(input: unknown, context: ToolContext): Promise<unknown> | AsyncIterable<unknown>
  /**
   * Checks what it returned.
   *
   * @throws RtError `tool_failed`.
   */
  parseOutput?(output: unknown): Promise<unknown>
}
