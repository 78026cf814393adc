import type { ModelCapabilities, ModelRequest, Reasoning, Sampling, ToolChoice, ToolSpec } from '@rt/core'
import { fromV4Prompt } from './from-v4-prompt.ts'
import type { V4CallOptions } from './v4-language-model.ts'
import type { V4Warning } from './v4-shared.ts'

/** The options of an AI SDK call as a request of rt, and what could not be taken over. */
export const fromV4Request = (
  options: V4CallOptions,
  capabilities: ModelCapabilities,
): { request: ModelRequest; warnings: V4Warning[] } => {
  const { prompt, maxOutputTokens, stopSequences, responseFormat, reasoning } = options
  const warnings: V4Warning[] = []
  const tools = (options.tools ?? []).flatMap((tool): ToolSpec[] => {
    if (tool.type === 'function')
      return [{ name: tool.name, description: tool.description ?? '', parameters: { ...tool.inputSchema } }]
    warnings.push({ type: 'unsupported', feature: `provider-defined tool ${tool.id}` })
    return []
  })
  if (tools.length > 0 && capabilities.tools === 'none') warnings.push({ type: 'unsupported', feature: 'tools' })
  const wanted = toReasoning(reasoning)
  if (wanted && wanted.effort !== 'none' && !capabilities.reasoning)
    warnings.push({ type: 'unsupported', feature: 'reasoning' })
  else if (wanted && wanted.effort !== reasoning)
    warnings.push({
      type: 'compatibility',
      feature: 'reasoning',
      details: `${reasoning} is taken for ${wanted.effort}.`,
    })
  return {
    warnings,
    request: {
      messages: fromV4Prompt(prompt),
      sampling: toSampling(options),
      ...(tools.length && { tools, toolChoice: toToolChoice(options.toolChoice) }),
      ...(stopSequences?.length && { stop: stopSequences }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      ...(wanted && capabilities.reasoning && { reasoning: wanted }),
      ...(responseFormat?.type === 'json' && {
        output: {
          type: 'json',
          ...(responseFormat.schema && { schema: { ...responseFormat.schema } }),
          ...(responseFormat.name && { name: responseFormat.name }),
        },
      }),
    },
  }
}

const toSampling = ({ temperature, topP, topK, presencePenalty, frequencyPenalty, seed }: V4CallOptions): Sampling => ({
  ...(temperature !== undefined && { temperature }),
  ...(topP !== undefined && { topP }),
  ...(topK !== undefined && { topK }),
  ...(presencePenalty !== undefined && { presencePenalty }),
  ...(frequencyPenalty !== undefined && { frequencyPenalty }),
  ...(seed !== undefined && { seed }),
})

const toToolChoice = (choice: V4CallOptions['toolChoice'] = { type: 'auto' }): ToolChoice =>
  choice.type === 'tool' ? { name: choice.toolName } : choice.type

const toReasoning = (effort: V4CallOptions['reasoning']): Reasoning | undefined => {
  if (!effort || effort === 'provider-default') return undefined
  if (effort === 'minimal') return { effort: 'low' }
  return { effort: effort === 'xhigh' || effort === 'max' ? 'high' : effort }
}
