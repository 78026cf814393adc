import { RtError, type JsonValue } from '@rt/core'
import type { AnswerEnd } from './answer-reader.ts'

/** @throws RtError `model_output` for what is not whole JSON. */
export const parseOutput = (text: string, reason: AnswerEnd): JsonValue => {
  const value = parseJson(text, reason)
  // Of all JSON only a number is still JSON when it is cut.
  if (reason === 'length' && typeof value === 'number') throw incompleteOutput(text, reason)
  return value
}

const parseJson = (text: string, reason: AnswerEnd): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw incompleteOutput(text, reason, cause)
  }
}

export const incompleteOutput = (text: string, reason: AnswerEnd, cause?: unknown): RtError =>
  new RtError({
    code: 'model_output',
    message: `the model's JSON is not complete (${text.length} characters written, ${reason === 'length' ? 'out of tokens' : 'it stopped by itself'}).`,
    hint:
      reason === 'length'
        ? 'Raise maxOutputTokens, or bound strings and arrays in the schema.'
        : 'Try again, or simplify the schema.',
    data: { text: text.slice(0, 2000), reason },
    cause,
  })
