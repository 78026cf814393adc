import type { HostResponse } from './protocol.ts'
import type { Quarantine, QuarantineState, Suspect } from './quarantine.ts'

export interface WatchModelsOptions {
  quarantine: Quarantine
  /** The model that params are for. */
  suspectOf: (params: unknown) => Suspect
  /**
   * Methods that run a model and whose good end does not say that it works: loading, counting tokens. A model may do both
   * and crash at each answer.
   */
  loads: readonly string[]
  /** Methods whose good end says that it works. All others run no model. */
  answers: readonly string[]
}

/** Knows which models run in the child: what a host tells the quarantine. */
export interface WatchedModels {
  /** @throws RtError `model_unavailable` for a call of a model that is refused. */
  check(method: string, params: unknown): void
  sent(id: number, method: string, params: unknown): void
  /** Nobody waits for it any more; its model runs until the child says that it does not. */
  cancelled(id: number): void
  response(message: HostResponse): void
  /** The child is gone. */
  ended(expected: boolean): void
  /** Part of a model's state. Empty while it is not refused. */
  state(params: unknown): { quarantine?: QuarantineState }
}

export const watchModels = ({ quarantine, suspectOf, loads, answers }: WatchModelsOptions): WatchedModels => {
  const running = new Map<number, { suspect: Suspect; proves: boolean }>()
  const isWatched = (method: string): boolean => loads.includes(method) || answers.includes(method)
  return {
    check(method, params) {
      if (isWatched(method)) quarantine.check(suspectOf(params))
    },
    sent(id, method, params) {
      if (isWatched(method)) running.set(id, { suspect: suspectOf(params), proves: answers.includes(method) })
    },
    cancelled(id) {
      const run = running.get(id)
      if (run) run.proves = false
    },
    response({ id, type }) {
      if (type === 'events') return
      const run = running.get(id)
      running.delete(id)
      if (run?.proves && type !== 'error') quarantine.answered(run.suspect.key)
    },
    ended(expected) {
      const suspects = Array.from(running.values(), ({ suspect }) => suspect)
      running.clear()
      if (!expected) quarantine.crashed(suspects)
    },
    state(params) {
      const state = quarantine.state(suspectOf(params).key)
      return state ? { quarantine: state } : {}
    },
  }
}
