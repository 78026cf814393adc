import type { LanguageModel, ModelCapabilities } from '@rt/core'
import type { ResolvedModel } from '@rt/inference/catalog'
import type { LazyLeg } from '@rt/inference/router'
import type { LocalModels } from './local-models.ts'

/** Context window of an engine that is not told another. */
const DEFAULT_CONTEXT = 4096

export interface LocalLegOptions {
  id: string
  local: Pick<LocalModels, 'chat'>
  /** Where its file is; it may have to be fetched. */
  find: () => Promise<ResolvedModel>
  /** Of the settings. */
  contextTokens?: number | undefined
  /** Of the catalog. */
  trainedTokens?: number | undefined
}

/** A model of this machine in a route: loaded when it is first asked, and again after its memory was freed. */
export const localLeg = ({ id, local, find, contextTokens, trainedTokens }: LocalLegOptions): LazyLeg => {
  const model = async (): Promise<LanguageModel> => local.chat(await find())
  return {
    id,
    capabilities: {
      ...LOCAL,
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

/** What every model of the engine can do, known before one is loaded. */
const LOCAL: Omit<ModelCapabilities, 'contextTokens'> = {
  local: true,
  tools: 'grammar',
  structuredOutput: true,
  grammar: true,
  tokenCount: 'exact',
  reasoning: false,
  images: false,
  redecode: true,
}
