import type { Message } from '../message/message.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'

export interface ThreadInfo {
  id: string
  messages: number
  createdAt: number
  updatedAt: number
}

/** Conversations that survive a restart, found by (principal, id). */
export interface ThreadStore {
  /** Appends in one transaction; the thread is made when missing. */
  append(
    principal: Principal,
    id: string,
    messages: Message[],
    meta?: { traceId?: string },
    options?: CallOptions,
  ): Promise<void>
  messages(principal: Principal, id: string, options?: CallOptions): Promise<Message[]>
  list(principal: Principal, options?: CallOptions): Promise<ThreadInfo[]>
  delete(principal: Principal, id: string, options?: CallOptions): Promise<boolean>
}
