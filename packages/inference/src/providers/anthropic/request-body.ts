import type { JsonObject, ModelRequest, Prompt, Sampling, StreamPart, ToolChoice } from '@rt/core'
import { type AnswerTool, answerTool, toFormatSchema } from './answer-tool.ts'
import { convertPrompt } from './convert-prompt.ts'
import { markCache } from './mark-cache.ts'
import type { AnthropicModelFacts } from './model-facts.ts'
import type { AnthropicSettings } from './options.ts'
import { thinkingFields } from './thinking.ts'
import type { Block, WireMessage } from './wire.ts'

type Warning = Extract<StreamPart, { type: 'warning' }>

export interface PromptBody extends JsonObject {
  model: string
  messages: WireMessage[]
}

export interface ConvertedPrompt {
  body: PromptBody
  answer: AnswerTool | undefined
}

export interface ConvertedRequest extends ConvertedPrompt {
  warnings: Warning[]
}

/**
 * The part of a request that becomes prompt tokens, as the API takes it.
 *
 * @throws RtError `unsupported`, `invalid_request` for files it cannot take.
 */
export const promptBody = (
  { messages, tools = [], toolChoice, output }: Prompt,
  model: string,
  facts: AnthropicModelFacts,
  settings: AnthropicSettings,
): ConvertedPrompt => {
  const prompt = convertPrompt(messages, settings.id, settings.version)
  const format =
    output?.type === 'json' && facts.jsonFormat && output.schema ? toFormatSchema(output.schema) : undefined
  // Where a tool must be called, its call is the answer.
  const forced = toolChoice === 'required' || typeof toolChoice === 'object'
  const answer =
    output?.type === 'json' && !format && !forced
      ? answerTool(
          output,
          tools.map(({ name }) => name),
        )
      : undefined
  const offered: Block[] = [
    ...tools.map(({ name, description, parameters }) => ({
      type: 'custom',
      name,
      description,
      input_schema: parameters as JsonObject,
      // Arguments come as they are written, not when they are whole.
      ...(settings.version === '2026-10-21' && { eager_input_streaming: true }),
    })),
    ...(settings.serverTools.map((tool) => ({ ...tool })) as Block[]),
    ...(answer
      ? [{ type: 'custom', name: answer.name, description: ANSWER, input_schema: answer.schema as JsonObject }]
      : []),
  ]
  if (settings.cache) markCache(offered, prompt.system, prompt.messages)
  // Whoever has no tools says so about theirs; the API would take it for its own tools, too.
  const ownChoice = toolChoice === 'none' && tools.length === 0 ? undefined : toolChoice
  const choice = choiceOf(
    answer && (tools.length === 0 || toolChoice === 'none') ? { name: answer.name } : ownChoice,
    answer,
  )
  return {
    answer,
    body: {
      model,
      ...(offered.length > 0 && { tools: offered }),
      ...(offered.length > 0 && choice && { tool_choice: choice }),
      ...(prompt.system.length > 0 && { system: prompt.system }),
      messages: prompt.messages,
      ...(format && { output_config: { format: { type: 'json_schema', schema: format } } }),
    },
  }
}

/** A whole request, with what had to be left out of it as warnings. */
export const requestBody = (
  request: ModelRequest,
  model: string,
  facts: AnthropicModelFacts,
  settings: AnthropicSettings,
): ConvertedRequest => {
  const { body, answer } = promptBody(request, model, facts, settings)
  const thinking = thinkingFields(request, facts, forcesTool(body))
  const sampling = samplingFields(request.sampling ?? {}, facts, settings, thinking.on)
  const stop = (request.stop ?? []).filter((sequence) => sequence.trim())
  const blank = (request.stop?.length ?? 0) - stop.length
  const { output_config: config, ...rest } = body
  const outputConfig = { ...(config as JsonObject | undefined), ...thinking.outputConfig }
  return {
    answer,
    body: {
      ...rest,
      max_tokens: thinking.maxTokens,
      ...(thinking.thinking && { thinking: thinking.thinking }),
      ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
      ...sampling.fields,
      ...(stop.length > 0 && { stop_sequences: stop }),
      ...settings.body,
    },
    warnings: [
      ...thinking.warnings.map((message) => warning('reasoning_changed', message)),
      ...sampling.warnings.map((message) => warning('sampling_ignored', message)),
      ...(request.logprobs ? [warning('logprobs_ignored', `${settings.id} tells no logprobs.`)] : []),
      ...(blank > 0
        ? [warning('stop_ignored', 'stop sequences of white space alone are not sent: the API refuses them.')]
        : []),
    ],
  }
}

const ANSWER = 'Call this to give your answer.'

const warning = (id: string, message: string): Warning => ({ type: 'warning', id, message })

const forcesTool = (body: PromptBody): boolean => {
  const choice = body['tool_choice'] as JsonObject | undefined
  return choice?.['type'] === 'any' || choice?.['type'] === 'tool'
}

const choiceOf = (choice: ToolChoice | undefined, answer: AnswerTool | undefined): JsonObject | undefined => {
  if (typeof choice === 'object') return { type: 'tool', name: choice.name }
  // Beside other tools: one of them first, or the answer.
  if (choice === 'required' || answer) return { type: 'any' }
  return choice === 'none' ? { type: 'none' } : undefined
}

const NEVER: readonly (keyof Sampling)[] = [
  'minP',
  'repeatPenalty',
  'presencePenalty',
  'frequencyPenalty',
  'repeatLastTokens',
  'xtc',
  'dry',
  'logitBias',
  'seed',
]
const FIELDS: readonly (readonly ['temperature' | 'topP' | 'topK', string])[] = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
]

const samplingFields = (
  sampling: Sampling,
  facts: AnthropicModelFacts,
  { version, id }: AnthropicSettings,
  thinks: boolean,
): { fields: JsonObject; warnings: string[] } => {
  const fields: JsonObject = {}
  const dropped = new Map<string, string[]>()
  const drop = (name: string, why: string): void => void dropped.set(why, [...(dropped.get(why) ?? []), name])
  for (const name of NEVER) if (sampling[name] !== undefined) drop(name, `${id} has no such setting`)
  for (const [name, field] of FIELDS) {
    const value = sampling[name]
    if (value === undefined) continue
    if (version === '2026-10-21') drop(name, 'API version 2026-10-21 refuses it; version 2023-06-01 takes it')
    else if (!facts.sampling) drop(name, 'this model refuses it')
    else if (thinks) drop(name, 'it does not go with thinking')
    else if (name === 'topP' && sampling.temperature !== undefined && !facts.temperatureWithTopP)
      drop(name, 'this model takes either temperature or topP')
    // 0 is off with rt.
    else if (name !== 'topK' || value > 0) fields[field] = name === 'temperature' ? Math.min(1, value) : value
  }
  const warnings = [...dropped].map(([why, names]) => `${names.join(', ')} is not sent: ${why}.`)
  const { temperature = 0 } = sampling
  if (fields['temperature'] !== undefined && temperature > 1)
    warnings.push(`temperature ${temperature} is sent as 1, the highest ${id} takes.`)
  return { fields, warnings }
}
