import type { StreamPart, TokenLogprob } from '@rt/core'

/** Brings what is known of tokens to the deltas that show their text. */
export interface LogprobTrail {
  /** The text a token completed, and what is known of it; nothing of one that was written for the model. */
  push(text: string, logprob: TokenLogprob | undefined): void
  /** The parts that were read of it. A token goes with the delta in which its text begins. */
  attach(parts: StreamPart[]): StreamPart[]
}

/**
 * Readers hold text back and leave some out: the beginnings of stop strings, marks of calls. So each delta is found again
 * in the text that came since the last one, and the tokens of what lies before it are those of no answer.
 */
export const createLogprobTrail = (): LogprobTrail => {
  let held: { text: string; logprob: TokenLogprob | undefined }[] = []

  const take = (text: string): TokenLogprob[] => {
    const from = Math.max(
      0,
      held
        .map((one) => one.text)
        .join('')
        .indexOf(text),
    )
    const to = from + text.length
    const taken: TokenLogprob[] = []
    let at = 0
    const rest: typeof held = []
    for (const one of held) {
      const begin = at
      at += one.text.length
      // One without text is the first part of a character, which begins where it stands.
      if (begin >= to) rest.push(one)
      else {
        if (begin >= from && one.logprob) taken.push(one.logprob)
        if (at > to) rest.push({ text: one.text.slice(to - begin), logprob: undefined })
      }
    }
    held = rest
    return taken
  }

  return {
    push(text, logprob) {
      held.push({ text, logprob })
    },
    attach: (parts) =>
      parts.map((part) => {
        if (part.type !== 'text-delta' || !part.text) return part
        const logprobs = take(part.text)
        return logprobs.length > 0 ? { ...part, logprobs } : part
      }),
  }
}
