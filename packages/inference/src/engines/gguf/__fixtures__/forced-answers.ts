import { createMessage, type JsonSchema, type JsonValue, type LanguageModel, type ModelRequest } from '@rt/core'
import { createRandom } from '../../../driver-kit/__fixtures__/random.ts'
import { createOracle } from '../../../driver-kit/__fixtures__/oracle.ts'
import { randomSpecimen } from '../../../driver-kit/__fixtures__/random-schema.ts'
import { toDraft7 } from '../../../driver-kit/__fixtures__/to-draft-7.ts'

/** What became of one answer that was forced into a schema nobody wrote. */
export interface ForcedAnswer {
  schema: JsonSchema
  value?: JsonValue | undefined
  /** Judged by somebody else's validator. */
  valid: boolean
  error?: { code: string; message: string } | undefined
}

/**
 * Asks at temperature 1, so that what comes is the grammar's doing.
 *
 * @param form a call, the final answer, or whichever of them the model chooses.
 */
export const forceAnswer = async (
  model: LanguageModel,
  seed: number,
  form: 'call' | 'answer' | 'either',
): Promise<ForcedAnswer> => {
  const { schema: written } = randomSpecimen(createRandom(seed), 2)
  const parameters = { type: 'object', properties: { value: written }, required: ['value'], ...defsOf(written) }
  // Every third in the words of draft-07.
  const [schema, taken] = [written, parameters].map((one) => (seed % 3 === 0 ? toDraft7(one) : one)) as [
    JsonSchema,
    JsonSchema,
  ]
  const tools = [{ name: 'save', description: 'Saves a value', parameters: taken }]
  const output = { type: 'json', schema } as const
  const asked: Partial<ModelRequest> = {
    call: { tools, toolChoice: { name: 'save' } },
    answer: { output },
    either: { tools, output },
  }[form]
  const answer: ForcedAnswer = { schema: form === 'call' ? taken : schema, valid: false }
  let text = ''
  for await (const part of model.stream({
    messages: [createMessage('user', 'Give me an example.')],
    sampling: { temperature: 1, seed },
    maxOutputTokens: 3000,
    ...asked,
  })) {
    if (part.type === 'text-delta') text += part.text
    if (part.type === 'tool-call-end') Object.assign(answer, { value: part.arguments, schema: taken })
    if (part.type === 'finish' && part.finishReason === 'stop') answer.value = JSON.parse(text) as JsonValue
    if (part.type === 'error') answer.error = { code: part.error.code, message: part.error.message }
  }
  answer.valid = answer.value !== undefined && createOracle(answer.schema)(answer.value)
  return answer
}

/** References start at the root. */
const defsOf = ({ $defs }: JsonSchema): JsonSchema => ($defs === undefined ? {} : { $defs })
