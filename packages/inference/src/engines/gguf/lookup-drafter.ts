/** Guesses how a text goes on: as it did where its last tokens stood before. */
export interface LookupDrafter {
  push(token: number): void
  /** How many of the last tokens stood before, up to {@link LONGEST_MATCH}; 0 = nothing to guess from. */
  readonly match: number
  /** The next tokens, if it goes on so. Empty without a match. */
  draft(count: number): number[]
}

/** Lengths that are looked up, longest first: what a long one finds is more often right. */
const LENGTHS = [5, 2] as const
export const LONGEST_MATCH = 32

/** A token costs a constant time, whatever the length of the text. */
export const createLookupDrafter = (): LookupDrafter => {
  const tokens: number[] = []
  /** Hash of the last tokens to the place behind them. Hashes collide: what is found is compared. */
  const places = LENGTHS.map(() => new Map<number, number>())
  /** Where the token that is guessed stands. */
  let source = 0
  let match = 0

  const find = (): void => {
    match = 0
    for (const [index, length] of LENGTHS.entries()) {
      const place = tokens.length < length ? undefined : places[index]!.get(hashOfLast(tokens, length))
      if (place === undefined) continue
      const found = matchBefore(tokens, place)
      if (found < length) continue
      source = place
      match = found
      return
    }
  }
  return {
    push(token) {
      const followed = match > 0 && tokens[source] === token
      tokens.push(token)
      if (followed) {
        source++
        match = Math.min(match + 1, LONGEST_MATCH)
      } else find()
      // Only now: a text must not find itself.
      for (const [index, length] of LENGTHS.entries())
        if (tokens.length >= length) places[index]!.set(hashOfLast(tokens, length), tokens.length)
    },
    get match() {
      return match
    },
    draft(count) {
      const drafted: number[] = []
      if (match === 0) return drafted
      // What repeats itself is read on in what was drafted.
      for (let at = source; drafted.length < count; at++)
        drafted.push(at < tokens.length ? tokens[at]! : drafted[at - tokens.length]!)
      return drafted
    },
  }
}

/** How many tokens before a place are those at the end. */
const matchBefore = (tokens: readonly number[], place: number): number => {
  let length = 0
  while (length < LONGEST_MATCH && length < place && tokens[place - 1 - length] === tokens.at(-1 - length)) length++
  return length
}

const hashOfLast = (tokens: readonly number[], length: number): number => {
  let hash = 0
  for (let at = tokens.length - length; at < tokens.length; at++) hash = Math.imul(hash ^ tokens[at]!, 0x9e3779b1) >>> 0
  return hash
}
