import { type JsonSchema, type JsonValue, RtError } from '@rt/core'
import { createJsonValidator } from './validate-json.ts'

/**
 * Holds a finished answer to its schema: where the grammar could not, nothing else did.
 *
 * @throws RtError `model_output`, retryable, naming the place and the keyword.
 */
export const checkAnswer = (value: JsonValue, schema: JsonSchema): void => {
  const issue = createJsonValidator(schema)(value)
  if (!issue) return
  const place = issue.path === '' ? 'as a whole' : `at ${issue.path}`
  throw new RtError({
    code: 'model_output',
    message: `the model's JSON is not valid ${place}: "${issue.keyword}" of the schema does not hold.`,
    hint: 'Try again with another seed or a temperature above 0, or say in the prompt what the schema asks for there.',
    retryable: true,
    data: { path: issue.path, keyword: issue.keyword, text: JSON.stringify(value).slice(0, 2000) },
  })
}
