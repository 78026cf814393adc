import type { Usage } from '@rt/core'
import { SEMCONV } from '../semconv.ts'

/** Our disjoint counts from a span's attributes, whose totals include their parts. Undefined: the span carries no usage. */
export const spanUsage = (attributes: Readonly<Record<string, unknown>>): Usage | undefined => {
  const count = (name: string): number => {
    const value = attributes[name]
    return typeof value === 'number' && value > 0 ? value : 0
  }
  if (attributes[SEMCONV.inputTokens] === undefined && attributes[SEMCONV.outputTokens] === undefined) return undefined
  const cacheRead = count(SEMCONV.cacheReadTokens)
  const cacheWrite = count(SEMCONV.cacheWriteTokens)
  return {
    input: Math.max(0, count(SEMCONV.inputTokens) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: count(SEMCONV.outputTokens),
    reasoning: count(SEMCONV.reasoningTokens),
  }
}
