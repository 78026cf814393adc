import { createMarkerScanner } from './marker-scanner.ts'

export interface StopDetector {
  /** Text that is safe to show; once `stopped`, everything from the stop string on is gone. */
  push(text: string): { text: string; stopped: boolean }
  /** What was held back because it could have become a stop string. */
  end(): string
}

/** Finds stop strings in a stream of text pieces, also across their edges, holding back no more than a possible prefix. */
export const createStopDetector = (stops: readonly string[] = []): StopDetector => {
  const scanner = createMarkerScanner(stops)
  let stopped = false
  return {
    push(text) {
      if (stopped) return { text: '', stopped }
      const found = scanner.push(text)
      stopped = found.marker !== undefined
      return { text: found.text, stopped }
    },
    end: scanner.end,
  }
}
