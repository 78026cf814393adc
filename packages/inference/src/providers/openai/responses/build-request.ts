import { createMessage, type JsonObject, type ModelRequest } from '@rt/core'
import { effortOf } from '../chat/build-request.ts'
import {
  type BuildOptions,
  type BuiltRequest,
  chooseTools,
  convertSampling,
  promptCacheKey,
} from '../common-request.ts'
import { isStrict, schemaInWords, schemaName } from '../structured-output.ts'
import { convertPrompt } from './convert-prompt.ts'

/** A request in the words of the Responses API. */
export const buildRequest = ({ model, request, connection, capabilities }: BuildOptions): BuiltRequest => {
  const { id, quirks } = connection
  const sampling = convertSampling(request.sampling, { temperature: 'temperature', topP: 'top_p' })
  const dropped = [...sampling.dropped, ...(request.stop?.length ? ['stop'] : [])]
  const { tools, choice, unforced } = chooseTools(request, quirks)
  const warnings = [
    ...(dropped.length > 0
      ? [{ id: 'sampling-unsupported', message: `${id} takes no ${dropped.join(', ')} over Responses.` }]
      : []),
    ...(request.logprobs ? [{ id: 'logprobs-unsupported', message: `${id} tells no logprobs over Responses.` }] : []),
    ...(unforced ? [{ id: 'tool-choice-unsupported', message: `${id} cannot be made to call a tool.` }] : []),
  ]
  const { format, words } = convertFormat(request)
  const messages = words ? [...request.messages, createMessage('system', words)] : request.messages
  const cacheKey = quirks.promptCacheKey ? promptCacheKey(request) : undefined
  return {
    warnings,
    body: {
      model,
      input: convertPrompt(messages, connection),
      stream: true,
      store: false,
      ...(capabilities.reasoning && { include: ['reasoning.encrypted_content'] }),
      ...sampling.body,
      ...(request.maxOutputTokens !== undefined && { max_output_tokens: request.maxOutputTokens }),
      ...convertReasoning(request),
      ...(format && { text: { format } }),
      ...(tools.length > 0 && {
        tools: tools.map(({ name, description, parameters }) => ({
          type: 'function',
          name,
          description,
          parameters: parameters as JsonObject,
          strict: false,
        })),
      }),
      ...(choice !== undefined && {
        tool_choice: typeof choice === 'string' ? choice : { type: 'function', name: choice.name },
      }),
      ...(cacheKey && { prompt_cache_key: cacheKey }),
    },
  }
}

const convertFormat = ({ output }: ModelRequest): { format?: JsonObject; words?: string } => {
  if (output?.type !== 'json') return {}
  const { schema } = output
  if (!schema) return { format: { type: 'json_object' }, words: schemaInWords(schema) }
  return {
    format: { type: 'json_schema', name: schemaName(output), schema: schema as JsonObject, strict: isStrict(schema) },
  }
}

const convertReasoning = ({ reasoning }: ModelRequest): JsonObject => {
  if (!reasoning) return {}
  const { effort, budgetTokens } = reasoning
  const word = effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens))
  if (!word) return {}
  return { reasoning: { effort: word, ...(word !== 'none' && { summary: 'auto' }) } }
}
