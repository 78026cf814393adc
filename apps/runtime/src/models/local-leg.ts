import { type LanguageModel, type ModelCapabilities, RtError } from '@rt/core'
import type { ModelEngine, ResolvedModel } from '@rt/inference/catalog'
import type { LazyLeg } from '@rt/inference/router'
import { DEFAULT_CONTEXT } from './engine-options.ts'
import type { LocalModels } from './local-models.ts'

export interface LocalLegOptions {
  id: string
  /** What runs it. Default `gguf`. */
  engine?: ModelEngine | undefined
  local: Pick<LocalModels, 'chat'>
  /** Where its file is; it may have to be fetched. */
  find: () => Promise<ResolvedModel>
  /** Of the settings. */
  contextTokens?: number | undefined
  /** Of the catalog. */
  trainedTokens?: number | undefined
}

/** A model of this machine in a route: loaded when it is first asked, and again after its memory was freed. */
export const localLeg = ({
  id,
  engine = 'gguf',
  local,
  find,
  contextTokens,
  trainedTokens,
}: LocalLegOptions): LazyLeg => {
  const model = async (): Promise<LanguageModel> => {
    const found = await find()
    try {
      return await local.chat(found)
    } catch (error) {
      throw ofThisLeg(error)
    }
  }
  return {
    id,
    capabilities: {
      ...LOCAL[engine],
      contextTokens: contextTokens ?? Math.min(trainedTokens ?? DEFAULT_CONTEXT, DEFAULT_CONTEXT),
    },
    async model() {
      const loaded = await model()
      return {
        id: loaded.id,
        capabilities: loaded.capabilities,
        countTokens: async (prompt, options) => (await model()).countTokens(prompt, options),
        async *stream(request, options) {
          yield* (await model()).stream(request, options)
        },
        ...(loaded.redecode && {
          async *redecode(callId, options) {
            yield* (await model()).redecode!(callId, options)
          },
        }),
      }
    },
  }
}

/** What is wrong with its settings, such as a context that fits no memory, is no fault of the request: others are asked. */
const ofThisLeg = (error: unknown): unknown => {
  if (!RtError.isInstance(error) || error.code !== 'invalid_request') return error
  const { message, hint, data } = error
  return new RtError({ code: 'model_unavailable', message, hint, data, cause: error, retryable: false })
}

const LOCAL_MODEL = { local: true, tokenCount: 'exact', reasoning: false, images: false } as const

/** What every model of an engine can do, known before one is loaded. */
const LOCAL: Record<ModelEngine, Omit<ModelCapabilities, 'contextTokens'>> = {
  gguf: { ...LOCAL_MODEL, tools: 'grammar', structuredOutput: true, grammar: true, redecode: true },
  onnx: { ...LOCAL_MODEL, tools: 'none', structuredOutput: false },
}
