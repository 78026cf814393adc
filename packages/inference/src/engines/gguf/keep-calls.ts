import type { ModelRequest } from '@rt/core'
import type { LlamaModel } from 'node-llama-cpp'
import type { CallSpans } from './call-spans.ts'
import { detokenizeWith } from './steer.ts'
import { createTextDecoder } from './text-decoder.ts'
import type { CallWatch } from './watch-calls.ts'

type Token = ReturnType<LlamaModel['tokenize']>[number]

/**
 * Keeps, for each call of a finished answer, the tokens before its arguments. A token that reaches into them is left out, and
 * the rest of its text tokenised anew.
 *
 * @param cached the tokens of the sequence: the prompt, then the answer.
 */
export const keepCalls = (
  spans: CallSpans,
  watch: CallWatch,
  {
    request,
    model,
    cached,
    promptTokens,
  }: { request: ModelRequest; model: LlamaModel; cached: readonly Token[]; promptTokens: number },
): void => {
  const { tools = [], sampling, maxOutputTokens, principal, cacheKey } = request
  const text = watch.text()
  const written = cached.slice(promptTokens)
  for (const { id, name, start } of watch.calls()) {
    const tool = tools.find((each) => each.name === name)
    const { count, length } = wholeTokens(written, start, detokenizeWith(model, watch.plan.markers))
    if (!tool || length > start) continue
    const torn = text.slice(length, start)
    spans.keep(id, {
      tool,
      before: Int32Array.from([
        ...cached.slice(0, promptTokens + count),
        ...(torn ? model.tokenize(torn, false, 'trimLeadingSpace') : []),
      ]),
      request: {
        ...(sampling && { sampling }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }),
        ...(principal !== undefined && { principal }),
        ...(cacheKey !== undefined && { cacheKey }),
      },
      tries: 0,
    })
  }
}

/** How many of the tokens end at or before a place in their text, and how long the text of those is. */
const wholeTokens = (
  tokens: readonly Token[],
  end: number,
  detokenize: ReturnType<typeof detokenizeWith>,
): { count: number; length: number } => {
  const decoder = createTextDecoder(detokenize)
  let count = 0
  let length = 0
  for (const token of tokens) {
    const next = length + decoder.push(token).length
    if (next > end) break
    length = next
    count++
  }
  return { count, length }
}
