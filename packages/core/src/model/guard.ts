import type { Message } from '../message/message.ts'
import type { JsonValue } from '../schema/json.ts'
import type { CallOptions } from './call-options.ts'

/**
 * Looks at what goes into a model, what comes out of it, and at what tools are given and return; may rewrite it, or refuse
 * by throwing an RtError (`guard_blocked`).
 */
export interface Guard {
  beforeModel?(messages: Message[], options?: CallOptions): Promise<Message[]>
  /**
   * For one piece of an answer (its text, its reasoning, the arguments of one call), which it sees while it is written.
   * `json`: the piece is the text of a JSON value, and what is shown in place of it must be one too. Undefined = there is
   * nothing to look for in this answer.
   */
  answer?(options?: CallOptions, form?: 'text' | 'json'): AnswerGuard | undefined
  /** The arguments of a call, before the tool sees them. */
  beforeTool?(name: string, args: JsonValue, options?: CallOptions): Promise<JsonValue>
  afterTool?(name: string, result: unknown, options?: CallOptions): Promise<unknown>
}

/**
 * Given text as it comes, gives back what may be shown: it may hold text back until it knows. What it throws ends the
 * answer; what was shown stays.
 */
export interface AnswerGuard {
  push(text: string): string | Promise<string>
  /** What was held back. */
  end(): string | Promise<string>
}
