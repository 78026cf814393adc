import { type Clock, RtError, systemClock } from '@rt/core'
import { unrefClock } from '@rt/node/process'
import { createKept, type KeepOptions, type Kept, type LoadCount } from './kept.ts'
import { createRoom, type RoomState } from './room.ts'

export interface MemoryPlanOptions {
  /** Most that models, and the processes they run in, may take together. */
  budgetBytes: number
  /** Longest time a request waits for room, ms. Default 30,000. */
  waitMs?: number | undefined
  /** Most models that wait for room. Default 64. */
  maxWaiting?: number | undefined
  /** Fires when the program ends: nobody waits for room any longer. */
  signal?: AbortSignal | undefined
  /** Default: the system's. What looks after idle models keeps no program alive. */
  clock?: Clock
}

/** One memory budget over models of all engines. */
export interface MemoryPlan {
  /** Puts a model under the plan. Nothing is loaded before it is used. */
  keep<M extends AsyncDisposable>(options: KeepOptions<M>): Kept<M>
  /** Takes what the process of an engine needs beside its models; again = in place of what was taken before. */
  reserve(id: string, bytes: number): void
  state(): RoomState
}

/**
 * Decides which models are in memory. One that is used is loaded when it fits; else idle ones leave, the one that was used
 * longest ago first; else the request waits. A model that answers never leaves.
 *
 * @throws RtError `invalid_request` for a number below 0, or none.
 */
export const createMemoryPlan = ({
  budgetBytes,
  waitMs = 30_000,
  maxWaiting = 64,
  signal,
  clock,
}: MemoryPlanOptions): MemoryPlan => {
  // Every comparison with NaN is false: a budget of it would hold nothing back.
  for (const [field, value] of Object.entries({ budgetBytes, waitMs, maxWaiting }))
    if (!(value >= 0)) throw wrong(field, value)
  const room = createRoom({ budgetBytes, waitMs, maxWaiting, clock: clock ?? systemClock })
  const counts = new Map<string, LoadCount>()
  const countOf = (process: string): LoadCount => {
    const count = counts.get(process) ?? { running: 0, begun: 0, lent: 0 }
    counts.set(process, count)
    return count
  }
  return {
    keep: (options) =>
      createKept(options, {
        room,
        clock: clock ?? unrefClock,
        loads: countOf(options.process ?? ''),
        closing: signal,
      }),
    reserve: (id, bytes) => room.reserve(id, bytes),
    state: () => room.state(),
  }
}

const wrong = (field: string, value: number): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${field} must be a number from 0 on, not ${value}.`,
    hint: 'The memory plan counts in bytes and milliseconds; Infinity = without an end.',
    data: { field },
  })
