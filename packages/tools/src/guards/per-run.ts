import type { CallOptions } from '@rt/core'

/**
 * State of one run. The loop calls a guard with one and the same signal for as long as a run lasts, so what is kept under
 * it belongs to that run alone and goes with it. Without a signal each call is a run of its own.
 */
export const perRun = <T>(create: () => T): ((options: CallOptions) => T) => {
  const kept = new WeakMap<object, T>()
  return (options) => {
    const key = options.signal ?? options
    const known = kept.get(key)
    if (known) return known
    const made = create()
    kept.set(key, made)
    return made
  }
}
