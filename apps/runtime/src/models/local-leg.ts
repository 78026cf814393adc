import type { LanguageModel, ModelCapabilities } from '@rt/core'
import type { ResolvedModel } from '@rt/inference/catalog'
import type { LazyLeg } from '@rt/inference/router'
import type { Settings } from '../config/settings.ts'
import type { LocalModels } from './local-models.ts'

/** Context window of an engine that is not told another. */
const DEFAULT_CONTEXT = 4096

/**
 * A model of this machine in a route, loaded again after its memory was freed.
 *
 * @param alone there is no other leg: it is loaded now, and what does not load is said. Else the route sees what comes of it.
 * @throws what loading throws, when it is alone.
 */
export const localLeg = async (
  found: ResolvedModel,
  {
    local,
    settings,
    alone,
  }: { local: Pick<LocalModels, 'chat'>; settings: Pick<Settings, 'contextTokens'>; alone: boolean },
): Promise<LazyLeg> => {
  const model = (): Promise<LanguageModel> => local.chat(found)
  const capabilities = alone ? (await model()).capabilities : expected(found, settings)
  return {
    id: found.entry.name,
    capabilities,
    async model() {
      const loaded = await model()
      return {
        id: loaded.id,
        capabilities: loaded.capabilities,
        countTokens: async (prompt, options) => (await model()).countTokens(prompt, options),
        async *stream(request, options) {
          yield* (await model()).stream(request, options)
        },
      }
    },
  }
}

const expected = ({ entry }: ResolvedModel, settings: Pick<Settings, 'contextTokens'>): ModelCapabilities => ({
  local: true,
  contextTokens: settings.contextTokens ?? Math.min(entry.context ?? DEFAULT_CONTEXT, DEFAULT_CONTEXT),
  tools: 'grammar',
  structuredOutput: true,
  tokenCount: 'exact',
  reasoning: false,
  images: false,
})
