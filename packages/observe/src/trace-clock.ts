import type { HrTime } from '@opentelemetry/api'

/** How far the wall clock may drift from us before the next trace follows it, in ms. */
const DRIFT_MS = 20

/** Tells the time inside one trace. */
export type TraceClock = () => HrTime

let wallAnchor = Date.now()
let steadyAnchor = performance.now()

/**
 * A clock for one trace: wall time at its start, steady from there on, so that no span ends before it began. It counts
 * microseconds, where the SDK's own start times count milliseconds and leave the order of quick steps open.
 */
export const createTraceClock = (): TraceClock => {
  if (Math.abs(Date.now() - (wallAnchor + performance.now() - steadyAnchor)) > DRIFT_MS) {
    wallAnchor = Date.now()
    steadyAnchor = performance.now()
  }
  const [wall, steady] = [wallAnchor, steadyAnchor]
  return () => {
    const ms = wall + (performance.now() - steady)
    const seconds = Math.floor(ms / 1000)
    return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6))]
  }
}
