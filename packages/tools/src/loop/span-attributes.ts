import {
  type Attributes,
  type ContextReport,
  inputTokens,
  type LanguageModel,
  type ModelRequest,
  splitModelId,
  type Timings,
  type ToolSpec,
  type Usage,
} from '@rt/core'
import type { ToolCall } from './loop-options.ts'

// Names of OpenTelemetry's GenAI conventions at the revision @rt/observe pins in its semconv.ts. Values are figures and
// names only: no text of a prompt, an answer, an argument or a result.

export const chatAttributes = (model: LanguageModel, request: ModelRequest): Attributes => {
  const { sampling = {}, maxOutputTokens, stop, output } = request
  return {
    ...modelAttributes(model),
    'gen_ai.request.max_tokens': maxOutputTokens,
    'gen_ai.request.temperature': sampling.temperature,
    'gen_ai.request.top_p': sampling.topP,
    'gen_ai.request.top_k': sampling.topK,
    'gen_ai.request.frequency_penalty': sampling.frequencyPenalty,
    'gen_ai.request.presence_penalty': sampling.presencePenalty,
    'gen_ai.request.seed': sampling.seed,
    'gen_ai.request.stop_sequences': stop?.length ? stop : undefined,
    'gen_ai.output.type': output?.type,
  }
}

const modelAttributes = (model: LanguageModel): Attributes => {
  const { local } = model.capabilities
  const { provider, model: name } = splitModelId(model.id, local)
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': local ? 'rt' : provider,
    'gen_ai.request.model': name,
    'gen_ai.request.stream': true,
    'rt.local': local,
  }
}

/** Totals as the conventions want them: `input_tokens` includes what a cache served. */
export const usageAttributes = (usage: Usage): Attributes => ({
  'gen_ai.usage.input_tokens': inputTokens(usage),
  'gen_ai.usage.output_tokens': usage.output,
  'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
  'gen_ai.usage.cache_write.input_tokens': usage.cacheWrite,
  'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
})

export const timingAttributes = ({ queue, prefill, decode }: Timings): Attributes => ({
  'rt.queue_ms': queue,
  'rt.prefill_ms': prefill,
  'rt.decode_ms': decode,
})

export const contextAttributes = ({ limit, used, by, trimmed }: ContextReport): Attributes => ({
  'rt.context.limit': limit,
  'rt.context.used': used,
  'rt.context.system': by.system,
  'rt.context.tools': by.tools,
  'rt.context.memory': by.memory,
  'rt.context.retrieval': by.retrieval,
  'rt.context.history': by.history,
  'rt.context.trimmed': trimmed.length,
})

/** Billed and counted as a call of the model, which it is. */
export const redecodeAttributes = (model: LanguageModel, call: ToolCall): Attributes => ({
  ...modelAttributes(model),
  'gen_ai.tool.name': call.name,
  'gen_ai.tool.call.id': call.id,
})

/** What each tool took of the prompt: two lists, in one order. */
export const toolTokenAttributes = (tools: readonly ToolSpec[], tokens: number[]): Attributes => ({
  'rt.tool.names': tools.map(({ name }) => name),
  'rt.tool.tokens': tokens,
})

export const toolAttributes = (name: string, callId: string): Attributes => ({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': name,
  'gen_ai.tool.type': 'function',
  'gen_ai.tool.call.id': callId,
})
