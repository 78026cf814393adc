import { type ErrorCode, RtError } from '@rt/core'

/** One thing that is wrong in a file. */
export interface Mistake {
  line: number
  /** Of text that is no TOML. */
  column?: number
  /** The place as it is written there, e.g. `[vector] stor = "qdrant"`. */
  where: string
  /** Why it is wrong and what to do instead. */
  why: string
}

const MOST = 5

/** All mistakes of a file as one error: the first in the message, the others in the hint. */
export const mistakesError = (file: string, found: Mistake[], code: ErrorCode = 'config_invalid'): RtError => {
  const mistakes = found.toSorted((a, b) => a.line - b.line)
  const [first, ...others] = mistakes as [Mistake, ...Mistake[]]
  const more = mistakes.length - MOST
  return new RtError({
    code,
    message: `${file} ${place(first)}: ${first.where}`,
    hint: [
      first.why,
      ...others.slice(0, MOST - 1).flatMap((mistake) => [`Also ${place(mistake)}: ${mistake.where}`, mistake.why]),
      ...(more > 0 ? [`And ${more} more.`] : []),
    ].join('\n'),
    data: { mistakes: mistakes.length, line: first.line },
  })
}

const place = ({ line, column }: Mistake): string => `line ${line}${column === undefined ? '' : `, column ${column}`}`
