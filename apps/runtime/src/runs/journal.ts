import {
  emptyUsage,
  type LoopState,
  type RunChange,
  type RunRecord,
  type RunStore,
  type StreamPart,
  type TerminalPart,
} from '@rt/core'

export const FIRST_STATE: LoopState = {
  step: 0,
  written: [],
  usage: emptyUsage(),
  calls: 0,
  ms: 0,
  pending: [],
  tainted: false,
}

export type JournalRun = Pick<RunRecord, 'id' | 'principal' | 'thread' | 'request'>

const ENDS = { finish: 'finished', error: 'failed', abort: 'cancelled' } as const

export interface JournalOptions {
  store(): Promise<RunStore>
  run: JournalRun
  /** It is in the store: what is added goes there as it comes. Else it comes there when it must wait for a person. */
  stored: boolean
  /** Something more is in the store. */
  onStored(): void
  /** The store refused: the run ends. */
  onFailure(error: unknown): void
}

/** What is kept of one run while it goes on. */
export interface Journal {
  add(part: StreamPart): void
  /** Resolves when it is kept. */
  checkpoint(state: LoopState): Promise<void>
  /** The end of this part of the run, with the requests it ends in. Resolves when it is kept, all or nothing. */
  settle(last: TerminalPart, requests: StreamPart[]): Promise<void>
  /** Its process closes: the run stays open, and another goes on with it. */
  leave(): Promise<void>
  /** It is still at work: nobody else takes it. */
  renew(): void
}

/** Parts are written together as fast as the store takes them. It takes them in the order of the calls. */
export const createJournal = ({ store, run, stored, onStored, onFailure }: JournalOptions): Journal => {
  let buffer: StreamPart[] = []
  let traceId: string | undefined
  let state = FIRST_STATE
  let draining = false

  const save = async (change: RunChange): Promise<void> => {
    const parts = buffer
    buffer = []
    await (await store()).save(run.principal, run.id, { ...change, parts, ...(traceId && { traceId }) })
    onStored()
  }
  const drain = async (): Promise<void> => {
    draining = true
    try {
      do await save({})
      while (buffer.length)
      draining = false
    } catch (error) {
      // It stays `draining`: what cannot be kept is not tried again and again.
      onFailure(error)
    }
  }

  return {
    add(part) {
      if (part.type === 'start') traceId = part.traceId
      buffer.push(part)
      if (stored && !draining) void drain()
    },
    async checkpoint(given) {
      state = given
      if (stored) await save({ state })
    },
    async settle(last, requests) {
      const waits = last.type === 'finish' && last.finishReason === 'approval'
      if (!stored && !waits) return
      if (!stored) await (await store()).create({ ...run, status: 'running', state })
      // With its status, and not before: who reads the end finds the run ended.
      buffer.push(...requests, last)
      const error = last.type === 'error' ? last.error : undefined
      await save({ status: waits ? 'waiting' : ENDS[last.type], ...(waits && { state }), ...(error && { error }) })
    },
    async leave() {
      if (stored) await save({})
    },
    renew() {
      if (stored && !draining) void drain()
    },
  }
}
