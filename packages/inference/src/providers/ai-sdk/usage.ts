import { inputTokens, type Usage } from '@rt/core'
import type { V4Usage } from './v4-language-model.ts'

/** The counts of the AI SDK overlap (`total` holds the rest) and any may be missing; ours do not. */
export const fromV4Usage = ({ inputTokens: input, outputTokens: output }: V4Usage): Usage => {
  const cacheRead = input.cacheRead ?? 0
  const cacheWrite = input.cacheWrite ?? 0
  const reasoning = output.reasoning ?? 0
  return {
    input: input.noCache ?? Math.max(0, (input.total ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: output.total ?? (output.text ?? 0) + reasoning,
    reasoning,
  }
}

export const toV4Usage = (usage: Usage): V4Usage => ({
  inputTokens: {
    total: inputTokens(usage),
    noCache: usage.input,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
  },
  outputTokens: { total: usage.output, text: usage.output - usage.reasoning, reasoning: usage.reasoning },
})
