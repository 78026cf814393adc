import { type HealthReport, toRtError } from '@rt/core'

/** How the runtime is, as `/health` tells it. */
export interface Health {
  report(): HealthReport
  /** Draining is the last state: nothing comes after it. */
  set(next: HealthReport): void
  /** The models could not be loaded; the next request tries again. */
  fail(error: unknown): void
}

export const createHealth = (): Health => {
  let health: HealthReport = { status: 'loading' }
  const set = (next: HealthReport): void => {
    if (health.status !== 'draining') health = next
  }
  return {
    report: () => health,
    set,
    fail: (error) => set({ status: 'degraded', detail: toRtError(error).message }),
  }
}
