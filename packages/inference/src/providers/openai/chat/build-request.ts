import { createMessage, type JsonObject, type ModelRequest } from '@rt/core'
import {
  type BuildOptions,
  type BuiltRequest,
  chooseTools,
  convertSampling,
  promptCacheKey,
} from '../common-request.ts'
import type { Connection } from '../connection.ts'
import { isStrict, schemaInWords, schemaName } from '../structured-output.ts'
import { convertPrompt } from './convert-prompt.ts'

/** A request in the words of chat completions, as its API takes them. */
export const buildRequest = ({ model, request, connection }: BuildOptions): BuiltRequest => {
  const { quirks } = connection
  const warnings: BuiltRequest['warnings'] = []
  const sampling = convertSampling(request.sampling, quirks.sampling)
  if (sampling.dropped.length > 0)
    warnings.push({ id: 'sampling-unsupported', message: `${connection.id} takes no ${sampling.dropped.join(', ')}.` })
  if (request.logprobs && !quirks.logprobs)
    warnings.push({ id: 'logprobs-unsupported', message: `${connection.id} tells no logprobs.` })
  const { tools, choice, unforced } = chooseTools(request, quirks)
  if (unforced)
    warnings.push({ id: 'tool-choice-unsupported', message: `${connection.id} cannot be made to call a tool.` })
  const format = convertFormat(request, connection, tools.length > 0)
  const messages = format.words ? [...request.messages, createMessage('system', format.words)] : request.messages
  const cacheKey = quirks.promptCacheKey ? promptCacheKey(request) : undefined
  return {
    warnings,
    body: {
      model,
      messages: convertPrompt(messages, connection),
      stream: true,
      ...(quirks.streamOptions && { stream_options: { include_usage: true } }),
      ...sampling.body,
      ...(request.stop?.length && { stop: request.stop }),
      ...(request.maxOutputTokens !== undefined && { [quirks.maxTokens]: request.maxOutputTokens }),
      ...(request.logprobs &&
        quirks.logprobs && { logprobs: true, ...(request.logprobs.top > 0 && { top_logprobs: request.logprobs.top }) }),
      ...convertReasoning(request, connection),
      ...format.body,
      ...(tools.length > 0 && {
        tools: tools.map(({ name, description, parameters }) => ({
          type: 'function',
          function: { name, description, parameters: parameters as JsonObject },
        })),
      }),
      ...(choice !== undefined && {
        tool_choice: typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } },
      }),
      ...(cacheKey && { prompt_cache_key: cacheKey }),
    },
  }
}

const convertFormat = (
  { output }: ModelRequest,
  { quirks }: Connection,
  withTools: boolean,
): { body: JsonObject; words?: string } => {
  if (output?.type !== 'json') return { body: {} }
  const { schema } = output
  // Where a schema and tools exclude each other the tools win, and the schema is told.
  if (!quirks.structuredOutput || (withTools && !quirks.schemaWithTools))
    return { body: {}, words: schemaInWords(schema) }
  if (!schema || quirks.structuredOutput === 'json_object')
    return { body: { response_format: { type: 'json_object' } }, words: schemaInWords(schema) }
  return {
    body: {
      response_format: {
        type: 'json_schema',
        json_schema: { name: schemaName(output), schema: schema as JsonObject, strict: isStrict(schema) },
      },
    },
  }
}

const convertReasoning = ({ reasoning }: ModelRequest, { quirks }: Connection): JsonObject => {
  if (!reasoning || !quirks.reasoningRequest) return {}
  const { effort, budgetTokens } = reasoning
  if (quirks.reasoningRequest === 'reasoning')
    return {
      reasoning: budgetTokens === undefined ? { effort: effort ?? 'medium' } : { max_tokens: budgetTokens },
    }
  const word = effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens))
  return word ? { reasoning_effort: word } : {}
}

/** The word that comes closest to a budget, where only words are taken. */
export const effortOf = (tokens: number): string => {
  if (tokens <= 0) return 'none'
  if (tokens <= 2048) return 'low'
  return tokens <= 8192 ? 'medium' : 'high'
}
