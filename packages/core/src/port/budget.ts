import type { Usage } from '../message/usage.ts'
import type { CallOptions, Principal } from '../model/call-options.ts'

/** What a call will take at most, as far as it can be known before. */
export interface BudgetRequest {
  principal: Principal
  thread?: string
  /** e.g. `anthropic/claude-sonnet-4-5`. */
  model: string
  tokens: number
  /** `null`: no price is known. */
  usd: number | null
}

/** Set aside by `reserve`; exactly one of its functions is called once. */
export interface Reservation {
  /** Books what was really used. */
  settle(usage: Usage, usd: number | null): Promise<void>
  /** Nothing was used. */
  release(): Promise<void>
}

/** Tokens and money that may be spent, per key, thread and day. Asked before each call, told after it. */
export interface Budget {
  /** @throws RtError `budget_exceeded` with the limit, what is spent and what the call would take. */
  reserve(request: BudgetRequest, options?: CallOptions): Promise<Reservation>
}
