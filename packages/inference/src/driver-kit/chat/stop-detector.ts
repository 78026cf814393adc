export interface StopDetector {
  /** Text that is safe to show; once `stopped`, everything from the stop string on is gone. */
  push(text: string): { text: string; stopped: boolean }
  /** What was held back because it could have become a stop string. */
  end(): string
}

/** Finds stop strings in a stream of text pieces, also across their edges, holding back no more than a possible prefix. */
export const createStopDetector = (stops: readonly string[] = []): StopDetector => {
  const wanted = stops.filter(Boolean)
  let held = ''
  let stopped = false
  return {
    push(text) {
      if (stopped) return { text: '', stopped }
      const all = held + text
      const at = firstIndex(all, wanted)
      if (at >= 0) {
        stopped = true
        held = ''
        return { text: all.slice(0, at), stopped }
      }
      const keep = longestPrefixAtEnd(all, wanted)
      held = all.slice(all.length - keep)
      return { text: all.slice(0, all.length - keep), stopped }
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
  }
}

const firstIndex = (text: string, stops: string[]): number => {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return found.length ? Math.min(...found) : -1
}

/** Length of the longest end of `text` that begins a stop string. */
const longestPrefixAtEnd = (text: string, stops: string[]): number => {
  for (let length = Math.min(text.length, Math.max(0, ...stops.map((stop) => stop.length - 1))); length > 0; length--) {
    const end = text.slice(text.length - length)
    if (stops.some((stop) => stop.startsWith(end))) return length
  }
  return 0
}
