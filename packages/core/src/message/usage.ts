/**
 * Token counts of a call. The four counts are disjoint, so nothing is counted (or billed) twice;
 * totals are derived, never stored. `reasoning` is the share of `output` spent on thinking.
 */
export interface Usage {
  /** Prompt tokens computed anew. */
  input: number
  /** Prompt tokens found in a cache. */
  cacheRead: number
  /** Prompt tokens written to a provider's paid cache. */
  cacheWrite: number
  output: number
  reasoning: number
}

export const emptyUsage = (): Usage => ({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 })

export const addUsage = (a: Usage, b: Usage): Usage => ({
  input: a.input + b.input,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite: a.cacheWrite + b.cacheWrite,
  output: a.output + b.output,
  reasoning: a.reasoning + b.reasoning,
})

/** All prompt tokens, cached or not. */
export const inputTokens = (usage: Usage): number => usage.input + usage.cacheRead + usage.cacheWrite

export const totalTokens = (usage: Usage): number => inputTokens(usage) + usage.output

/** Where the time of one model call went, in milliseconds. */
export interface Timings {
  /** Waiting for the engine. */
  queue: number
  /** Reading the prompt (uncached part). */
  prefill: number
  /** Writing the answer. */
  decode: number
}
