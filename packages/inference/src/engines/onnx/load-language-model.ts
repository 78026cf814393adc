import { type ModelRequest, RtError, type StreamPart, toTerminal } from '@rt/core'
import { checkSampling, validateRequest } from '../../driver-kit/sampling.ts'
import { type ModelHost, openModel, requireWhole } from './open-model.ts'
import type { WriterSpec } from './protocol.ts'
import { DEFAULT_SEQUENCES, type OnnxLanguageModel, type OnnxLanguageModelOptions } from './writer-options.ts'

export const loadLanguageModel = async (
  models: ModelHost,
  options: OnnxLanguageModelOptions,
): Promise<OnnxLanguageModel> => {
  const { id, modelPath, tokenizerPath, stamps, maxTokens, template, sampling, signal } = options
  const { sequences = DEFAULT_SEQUENCES } = options
  requireWhole(id, { sequences })
  if (sampling) checkSampling(sampling)
  const model = await openModel<WriterSpec>(
    models,
    { task: 'write', id, modelPath, tokenizerPath, maxTokens, stamps, template, sampling, sequences },
    { signal },
  )
  return {
    id,
    templateHash: model.templateHash ?? '',
    capabilities: {
      local: true,
      contextTokens: maxTokens,
      tools: 'none',
      structuredOutput: false,
      tokenCount: 'exact',
      reasoning: false,
      images: false,
    },
    countTokens: (prompt, { signal: stop } = {}) =>
      model.request(stop, () => {
        requireText(id, prompt)
        return model.send<number>('count', { prompt }, stop)
      }),
    async *stream(request, { signal: stop } = {}) {
      yield { type: 'start', model: id }
      try {
        validateRequest(request)
        requireText(id, request)
        if (request.reasoning && request.reasoning.effort !== 'none')
          yield { type: 'warning', id: 'reasoning_ignored', message: `${id} cannot be told how much to think.` }
        yield* model.stream<StreamPart>('write', { request }, stop)
      } catch (thrown) {
        yield toTerminal(thrown)
      }
    },
    state: () => model.state(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

/** Nothing holds this engine's answers to a grammar. */
const requireText = (
  id: string,
  { tools = [], toolChoice = 'auto', output }: Pick<ModelRequest, 'tools' | 'toolChoice' | 'output'>,
): void => {
  const what =
    tools.length && toolChoice !== 'none' ? 'call tools' : output && output.type !== 'text' ? 'be held to a form' : ''
  if (what)
    throw new RtError({
      code: 'unsupported',
      message: `the ONNX model ${id} cannot ${what}: this engine has no grammars.`,
      hint: 'Use a GGUF model, or a provider, for tools and JSON.',
    })
}
