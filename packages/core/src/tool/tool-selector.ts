import type { Message } from '../message/message.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'
import type { Tool } from './tool.ts'

export interface ToolSelection {
  /** Every tool there is. */
  tools: readonly Tool[]
  /** The conversation, oldest first. */
  messages: readonly Message[]
  principal: Principal
  thread?: string | undefined
  /** What the step before this one of the same run was shown, in its order; absent or empty before its first. */
  shown?: readonly Tool[] | undefined
}

/** Decides before each step which tools the model is shown: all of many would fill its context. */
export interface ToolSelector {
  /**
   * The tools to show, in their order. Within a thread it only ever adds at the end, so that the cached prefix of the
   * prompt stays. It may add tools of its own, such as `find_tool`.
   */
  select(request: ToolSelection, options?: CallOptions): Promise<Tool[]>
}
