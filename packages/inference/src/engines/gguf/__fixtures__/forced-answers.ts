import { createMessage, type JsonSchema, type JsonValue, type LanguageModel } from '@rt/core'
import { createRandom } from '../../../driver-kit/__fixtures__/random.ts'
import { createOracle } from '../../../driver-kit/__fixtures__/oracle.ts'
import { randomSpecimen } from '../../../driver-kit/__fixtures__/random-schema.ts'

/** What became of one answer that was forced into a schema nobody wrote. */
export interface ForcedAnswer {
  schema: JsonSchema
  value?: JsonValue | undefined
  /** Judged by somebody else's validator. */
  valid: boolean
  error?: { code: string; message: string } | undefined
}

/** Asks at temperature 1, every second time for a tool call: what comes is the grammar's doing. */
export const forceAnswer = async (model: LanguageModel, seed: number): Promise<ForcedAnswer> => {
  const { schema } = randomSpecimen(createRandom(seed), 2)
  const isCall = seed % 2 === 0
  const parameters = { type: 'object', properties: { value: schema }, required: ['value'], ...defsOf(schema) }
  const answer: ForcedAnswer = { schema: isCall ? parameters : schema, valid: false }
  let text = ''
  for await (const part of model.stream({
    messages: [createMessage('user', 'Give me an example.')],
    sampling: { temperature: 1, seed },
    maxOutputTokens: 3000,
    ...(isCall
      ? { tools: [{ name: 'save', description: 'Saves a value', parameters }], toolChoice: { name: 'save' } }
      : { output: { type: 'json', schema } }),
  })) {
    if (part.type === 'text-delta') text += part.text
    if (part.type === 'tool-call-end') answer.value = part.arguments
    if (part.type === 'finish' && !isCall) answer.value = JSON.parse(text) as JsonValue
    if (part.type === 'error') answer.error = { code: part.error.code, message: part.error.message }
  }
  answer.valid = answer.value !== undefined && createOracle(answer.schema)(answer.value)
  return answer
}

/** References start at the root. */
const defsOf = ({ $defs }: JsonSchema): JsonSchema => ($defs === undefined ? {} : { $defs })
