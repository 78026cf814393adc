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

/** For calls that nobody can abort. */
const NEVER = new AbortController().signal

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
  const { route, signal = NEVER, trace } = call
  let queue = [...legs]
  const failures: LegFailure[] = []
  let winner: OpenLeg | undefined

  const lane: Lane = async (own, won = () => {}) => {
    for (let leg = queue.shift(); leg && !own.aborted; leg = queue.shift()) {
      try {
        const open = await openWithRetries(call, leg, request, continuing, own)
        if (winner) {
          trace.lost(leg)
          return await open.close()
        }
        winner = open
        return won()
      } catch (thrown) {
        if (own.aborted) return winner && trace.lost(leg)
        const error = toRtError(thrown)
        failures.push({ leg: leg.id, error })
        queue = remaining(queue, leg, error, continuing)
      }
    }
  }

  if (route.hedgeAfterMs === undefined) await lane(signal)
  else await hedged(call, lane, route.hedgeAfterMs, () => queue.length > 0)
  if (signal.aborted) {
    await winner?.close()
    throw abortError(signal)
  }
  return { open: winner, failures }
}

/** Asks one leg after the other; `won` is called when it has the winner. */
type Lane = (own: AbortSignal, won?: () => void) => Promise<void>

/** Two lanes, the second after `afterMs`, as long as legs wait. Until one has won or both have nobody left to ask. */
const hedged = async (
  { route, signal = NEVER, trace }: RouteCall,
  lane: Lane,
  afterMs: number,
  isWaiting: () => boolean,
): Promise<void> => {
  const over = new AbortController()
  const lanes = new Set<AbortController>()
  let hasWinner = false
  const start = (): Promise<void> => {
    const own = new AbortController()
    lanes.add(own)
    return lane(AbortSignal.any([signal, own.signal]), () => {
      hasWinner = true
      for (const other of lanes) if (other !== own) other.abort()
      over.abort()
    })
  }
  const hedge = async (): Promise<void> => {
    if (!isWaiting()) return
    await route.clock.sleep(afterMs, over.signal).catch(() => {})
    if (over.signal.aborted || signal.aborted || !isWaiting()) return
    trace.hedge(afterMs)
    await start()
  }

  // Once there is a winner, nobody waits for a loser to notice.
  const won = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }))
  const first = start().finally(() => {
    // Nothing runs any more and nothing is left to ask: there is nothing to hedge.
    if (lanes.size === 1) over.abort()
  })
  await Promise.race([won.then(() => (hasWinner ? undefined : first)), Promise.all([first, hedge()])])
}

/** Which of the legs that wait can still help after this failure. */
const remaining = (queue: RouteLeg[], leg: RouteLeg, error: RtError, continuing: boolean): RouteLeg[] => {
  const decision = decideFailure(error, continuing)
  if (decision === 'end') return []
  if (decision !== 'larger') return queue
  return queue.filter(({ capabilities }) => capabilities.contextTokens > leg.capabilities.contextTokens)
}
