import { throwIfAborted } from '@rt/core'

/** Milliseconds of work after which the event loop gets its turn. */
const SLICE_MS = 5

/**
 * Cuts long synchronous work into slices. Call it between small steps and await what it returns, if anything:
 * `const pause = pace(); if (pause) await pause`.
 *
 * @throws RtError `aborted` between slices when the signal has fired.
 */
export const createPacer = (signal?: AbortSignal): (() => Promise<void> | undefined) => {
  let sliceStart = performance.now()
  return () => {
    if (performance.now() - sliceStart < SLICE_MS) return undefined
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      throwIfAborted(signal)
      sliceStart = performance.now()
    })
  }
}
