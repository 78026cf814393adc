export interface MarkerFind {
  /** Text before the marker, or all that cannot be the beginning of one. */
  text: string
  /** The marker that was found; what comes after it is in `rest`. */
  marker?: string
  rest: string
}

export interface MarkerScanner {
  push(text: string): MarkerFind
  /** What was held back because it could have become a marker. */
  end(): string
}

/** Finds the first of some texts in a stream of pieces, also across their edges, holding back no more than a possible beginning. */
export const createMarkerScanner = (markers: readonly string[]): MarkerScanner => {
  const wanted = markers.filter(Boolean)
  let held = ''
  return {
    push(text) {
      const all = held + text
      const found = firstOf(all, wanted)
      held = ''
      if (found)
        return { text: all.slice(0, found.at), marker: found.marker, rest: all.slice(found.at + found.marker.length) }
      const keep = beginningAtEnd(all, wanted)
      held = all.slice(all.length - keep)
      return { text: all.slice(0, all.length - keep), rest: '' }
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
  }
}

/** Where two begin at one place, the longer. */
const firstOf = (text: string, markers: string[]): { at: number; marker: string } | undefined => {
  let best: { at: number; marker: string } | undefined
  for (const marker of markers) {
    const at = text.indexOf(marker)
    if (at >= 0 && (!best || at < best.at || (at === best.at && marker.length > best.marker.length)))
      best = { at, marker }
  }
  return best
}

/** Length of the longest end of `text` that begins a marker. */
const beginningAtEnd = (text: string, markers: string[]): number => {
  for (
    let length = Math.min(text.length, Math.max(0, ...markers.map((marker) => marker.length - 1)));
    length > 0;
    length--
  ) {
    const end = text.slice(text.length - length)
    if (markers.some((marker) => marker.startsWith(end))) return length
  }
  return 0
}
