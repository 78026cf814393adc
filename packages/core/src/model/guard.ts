import type { Message } from '../message/message.ts'
import type { CallOptions } from './call-options.ts'

/** Looks at what goes into a model and what comes out of a tool; may rewrite it, or refuse by throwing an RtError. */
export interface Guard {
  beforeModel?(messages: Message[], options?: CallOptions): Promise<Message[]>
  afterTool?(name: string, result: unknown, options?: CallOptions): Promise<unknown>
}
