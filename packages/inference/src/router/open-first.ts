import { abortError, type ModelRequest, type RtError, toRtError } from '@rt/core'
import { decideFailure } from './decide-failure.ts'
import type { RouteLeg } from './leg.ts'
import type { OpenLeg } from './open-leg.ts'
import { openWithRetries } from './open-with-retries.ts'
import type { RouteCall } from './route-call.ts'
import type { LegFailure } from './route-error.ts'

export interface Opened {
  open: OpenLeg | undefined
  /** Of the legs that could not; the last one ended the search when `open` is undefined. */
  failures: LegFailure[]
}

/**
 * The first leg that begins to answer. Legs wait in one queue, and a lane asks them one by one; hedging opens a second lane
 * when the first has nothing after a while. Whoever is first wins, the other is aborted.
 *
 * @throws RtError `aborted`, nothing else.
 */
export const openFirst = async (
  call: RouteCall,
  legs: RouteLeg[],
  request: ModelRequest,
  continuing: boolean,
): Promise<Opened> => {
  const { route, signal, trace } = call
  let queue = [...legs]
  const failures: LegFailure[] = []
  const over = new AbortController()
  const lanes = new Set<AbortController>()
  let winner: OpenLeg | undefined

  const lane = async (): Promise<void> => {
    const own = new AbortController()
    lanes.add(own)
    const both = signal ? AbortSignal.any([signal, own.signal]) : own.signal
    for (let leg = queue.shift(); leg && !both.aborted; leg = queue.shift()) {
      try {
        const open = await openWithRetries(call, leg, request, continuing, both)
        if (winner) {
          trace.lost(leg)
          return await open.close()
        }
        winner = open
        for (const other of lanes) if (other !== own) other.abort()
        return over.abort()
      } catch (thrown) {
        if (both.aborted) return winner && trace.lost(leg)
        const error = toRtError(thrown)
        failures.push({ leg: leg.id, error })
        queue = remaining(queue, leg, error, continuing)
      }
    }
  }
  const hedge = async (): Promise<void> => {
    if (route.hedgeAfterMs === undefined || queue.length === 0) return
    await route.clock.sleep(route.hedgeAfterMs, over.signal).catch(() => {})
    if (over.signal.aborted || signal?.aborted || queue.length === 0) return
    trace.hedge(route.hedgeAfterMs)
    await lane()
  }

  // Once there is a winner, nobody waits for a loser to notice.
  const won = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }))
  const first = lane().finally(() => {
    // Nothing runs any more and nothing is left to ask: there is nothing to hedge.
    if (lanes.size === 1) over.abort()
  })
  await Promise.race([won.then(() => (winner ? undefined : first)), Promise.all([first, hedge()])])
  if (signal?.aborted) {
    await winner?.close()
    throw abortError(signal)
  }
  return { open: winner, failures }
}

/** Which of the legs that wait can still help after this failure. */
const remaining = (queue: RouteLeg[], leg: RouteLeg, error: RtError, continuing: boolean): RouteLeg[] => {
  const decision = decideFailure(error, continuing)
  if (decision === 'end') return []
  if (decision !== 'larger') return queue
  return queue.filter(({ capabilities }) => capabilities.contextTokens > leg.capabilities.contextTokens)
}
