import type { Usage } from '@rt/core'
import { isObject } from './to-error.ts'

/** Usage in the words of either API as disjoint counts. Undefined: nothing was counted. */
export const toUsage = (raw: unknown): Usage | undefined => {
  if (!isObject(raw)) return undefined
  const prompt = count(raw['prompt_tokens'] ?? raw['input_tokens'])
  const answer = count(raw['completion_tokens'] ?? raw['output_tokens'])
  const inDetail = details(raw['prompt_tokens_details'] ?? raw['input_tokens_details'])
  const outDetail = details(raw['completion_tokens_details'] ?? raw['output_tokens_details'])
  // Both are parts of the prompt; DeepSeek says the first in a field of its own.
  const cacheRead = Math.min(prompt, count(inDetail['cached_tokens'] ?? raw['prompt_cache_hit_tokens']))
  const cacheWrite = Math.min(prompt - cacheRead, count(inDetail['cache_write_tokens']))
  // Where thoughts are counted beside the answer, only the total tells; Gemini names them nowhere else.
  const beside = Math.max(0, count(raw['total_tokens']) - prompt - answer)
  const thought = count(outDetail['reasoning_tokens']) || beside
  const output = beside === thought ? answer + thought : answer
  return {
    input: prompt - cacheRead - cacheWrite,
    cacheRead,
    cacheWrite,
    output,
    reasoning: Math.min(output, thought),
  }
}

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0

const details = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})
