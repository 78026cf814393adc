import type { ToolSpec } from '@rt/core'
import type { AnswerReader } from './answer-reader.ts'

/**
 * For a grammar with two branches: either one call or the final answer. What is written is held back only while it may
 * still become either.
 */
export const createCallOrAnswerReader = (
  tools: readonly ToolSpec[],
  { call, answer }: { call: AnswerReader; answer: AnswerReader },
): AnswerReader => {
  const heads = tools.map(({ name }) => `{"name":${JSON.stringify(name)},"arguments":`)
  let held = ''
  let chosen: AnswerReader | undefined
  return {
    push(text) {
      if (chosen) return chosen.push(text)
      held += text
      if (heads.some((head) => held.startsWith(head))) chosen = call
      else if (heads.some((head) => head.startsWith(held))) return { parts: [], done: false }
      return (chosen ??= answer).push(held)
    },
    end(reason) {
      if (chosen) return chosen.end(reason)
      // Cut where it was neither yet.
      const { parts } = answer.push(held)
      const rest = answer.end(reason)
      return { ...rest, parts: [...parts, ...rest.parts] }
    },
  }
}
