import type { Message } from '../message/message.ts'
import type { JsonValue } from '../schema/json.ts'
import type { CallOptions } from './call-options.ts'

/**
 * Looks at what goes into a model, what comes out of it, and at what tools are given and return; may rewrite it, or refuse
 * by throwing an RtError (`guard_blocked`).
 */
export interface Guard {
  beforeModel?(messages: Message[], options?: CallOptions): Promise<Message[]>
  /** For one answer, which it sees while it is written. */
  answer?(options?: CallOptions): AnswerGuard
  /** The arguments of a call, before the tool sees them. */
  beforeTool?(name: string, args: JsonValue, options?: CallOptions): Promise<JsonValue>
  afterTool?(name: string, result: unknown, options?: CallOptions): Promise<unknown>
}

/** Given an answer piece by piece, gives back what may be shown: it may hold text back until it knows. */
export interface AnswerGuard {
  push(text: string): string
  /** What was held back. */
  end(): string | Promise<string>
}
