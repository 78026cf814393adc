import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Also how long the event loop was held up at most meanwhile, in milliseconds. */
export const longestBlock = async <T>(run: () => Promise<T>): Promise<[T, number]> => {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const result = await run()
  delays.disable()
  return [result, delays.max / 1e6]
}
