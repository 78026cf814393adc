import { AsyncLocalStorage } from 'node:async_hooks'
import { RtError } from '@rt/core'

/** Knows whether the app is being made right now, in this very call: its own requests would wait for themselves. */
export interface Making {
  run<T>(make: () => Promise<T>): Promise<T>
  /** @throws RtError `config_invalid` when called by the function that makes the app. */
  refuseInside(): void
}

export const createMaking = (): Making => {
  const inside = new AsyncLocalStorage<{ over: boolean }>()
  return {
    async run(make) {
      const state = { over: false }
      try {
        return await inside.run(state, make)
      } finally {
        // What was started meanwhile, such as a timer, may use the runtime from here on.
        state.over = true
      }
    },
    refuseInside() {
      const state = inside.getStore()
      if (!state || state.over) return
      throw new RtError({
        code: 'config_invalid',
        message: 'the app uses the runtime while it is being made, and the runtime waits for the app.',
        hint: 'Use rt inside tools and routes, which run later.',
      })
    },
  }
}
