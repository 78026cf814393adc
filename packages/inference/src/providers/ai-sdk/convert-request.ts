import type { ModelRequest, Reasoning, Sampling, ToolChoice } from '@rt/core'
import { toV4Prompt } from './convert-prompt.ts'
import type { V4CallOptions } from './v4-language-model.ts'
import type { V4Metadata } from './v4-shared.ts'

export interface ConvertedRequest {
  options: V4CallOptions
  /** What the AI SDK has no word for and was left out. */
  ignored: string[]
}

/** A request of rt as the options of an AI SDK call. @param id of the rt provider, whose data the parts may carry. */
export const toV4Request = (
  request: ModelRequest,
  { id, providerOptions }: { id: string; providerOptions?: V4Metadata | undefined },
): ConvertedRequest => {
  const { messages, tools = [], toolChoice, output, sampling = {}, stop, maxOutputTokens, reasoning } = request
  const options: V4CallOptions = {
    prompt: toV4Prompt(messages, id),
    ...toV4Sampling(sampling),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stop?.length && { stopSequences: stop }),
    ...(providerOptions && { providerOptions }),
    ...(output?.type === 'json' && {
      responseFormat: {
        type: 'json',
        ...(output.schema && { schema: output.schema }),
        ...(output.name && { name: output.name }),
      },
    }),
    ...(tools.length && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        name,
        description,
        inputSchema: parameters,
      })),
      toolChoice: toV4ToolChoice(toolChoice ?? 'auto'),
    }),
  }
  const effort = reasoning && toEffort(reasoning)
  if (effort) options.reasoning = effort
  return { options, ignored: [...ignoredIn(sampling, reasoning), ...(request.logprobs ? ['logprobs'] : [])] }
}

const toV4Sampling = (sampling: Sampling): Partial<V4CallOptions> => {
  const { temperature, topP, topK, presencePenalty, frequencyPenalty, seed } = sampling
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    // 0 is off, which the AI SDK says by leaving it out.
    ...(topK && { topK }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(seed !== undefined && { seed }),
  }
}

const toV4ToolChoice = (choice: ToolChoice): NonNullable<V4CallOptions['toolChoice']> =>
  typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name }

const toEffort = ({ effort, budgetTokens }: Reasoning): Reasoning['effort'] =>
  effort ?? (budgetTokens === 0 ? 'none' : undefined)

const ignoredIn = (
  { minP, repeatPenalty, repeatLastTokens, xtc, dry, logitBias }: Sampling,
  reasoning: Reasoning | undefined,
): string[] => [
  ...(minP ? ['sampling.minP'] : []),
  ...(repeatPenalty !== undefined && repeatPenalty !== 1 ? ['sampling.repeatPenalty'] : []),
  ...(repeatLastTokens !== undefined ? ['sampling.repeatLastTokens'] : []),
  ...(xtc?.probability ? ['sampling.xtc'] : []),
  ...(dry?.multiplier ? ['sampling.dry'] : []),
  ...(logitBias?.length ? ['sampling.logitBias'] : []),
  ...(reasoning?.budgetTokens ? ['reasoning.budgetTokens'] : []),
]
