import {
  abortable,
  isTerminal,
  type Principal,
  RtError,
  type RunRecord,
  type RunStore,
  type StreamPart,
  type TerminalPart,
  toTerminal,
} from '@rt/core'
import type { LiveRuns } from './live-runs.ts'

export interface FollowOptions {
  store: RunStore
  live: LiveRuns
  principal: Principal
  id: string
  /** Parts that are known. */
  after: number
  /** Ends the reading, not the run. */
  signal: AbortSignal | undefined
}

/** What a run streamed and streams, up to the first terminal part after those that are known. Never throws. */
export async function* followRun({
  store,
  live,
  principal,
  id,
  after,
  signal,
}: FollowOptions): AsyncGenerator<StreamPart> {
  let at = after
  try {
    for (;;) {
      // Asked before reading: what is kept meanwhile is news.
      const run = live.find(id, principal)
      const news = run?.news()
      const parts = await abortable(store.parts(principal, id, at), signal)
      for (const part of parts) {
        at++
        yield part
        if (isTerminal(part)) return
      }
      if (parts.length) continue
      if (!run) return yield await lastOf(store, principal, id, at)
      await abortable(news!, signal)
    }
  } catch (error) {
    yield toTerminal(error, signal && { signal })
  }
}

/** What a stream ends with that has nothing more. */
const lastOf = async (store: RunStore, principal: Principal, id: string, at: number): Promise<TerminalPart> => {
  const run = await store.get(principal, id)
  if (!run) throw noRun(id)
  if (at > run.parts) throw tooFar(run, at)
  if (run.status === 'running') throw interrupted(id)
  const [last] = run.parts > 0 ? await store.parts(principal, id, run.parts - 1) : []
  if (last && isTerminal(last)) return last
  return { type: 'abort', reason: `the run is ${run.status}.` }
}

export const noRun = (id: string): RtError =>
  new RtError({ code: 'not_found', message: `there is no run ${id}.`, hint: 'rt runs lists them.', data: { run: id } })

const tooFar = ({ id, parts }: RunRecord, after: number): RtError =>
  new RtError({ code: 'invalid_request', message: `run ${id} has ${parts} parts, and ${after} were said to be known.` })

const interrupted = (id: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `run ${id} was interrupted: its process ended.`,
    hint: `Go on with it: rt runs resume ${id}`,
    data: { run: id },
  })
