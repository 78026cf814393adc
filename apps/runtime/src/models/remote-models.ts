import { type EmbeddingModel, type LanguageModel, type Provider, type Reranker, RtError } from '@rt/core'
import { isKnownPlace, isProviderKind } from '../config/provider-kinds.ts'
import type { ProviderSettings } from '../config/routing-settings.ts'
import { kindOf, openProvider } from './open-provider.ts'

/** A name that stands for a model of a remote service. */
export interface RemoteModel {
  /** `<provider>/<model>` */
  id: string
  /** Goes on where an answer broke off. */
  continues: boolean
  language(): Promise<LanguageModel>
  /** It may know its dimensions only after a first call. */
  embedder(): Promise<EmbeddingModel>
  reranker(): Promise<Reranker>
}

export interface RemoteModels {
  /**
   * @param chosen the program or its operator wrote the name; one out of a request finds configured providers only, and of
   * those only what is open to requests.
   * @throws RtError `model_not_found` for a model that a configured provider does not open to requests.
   */
  find(name: string, options: { chosen: boolean }): RemoteModel | undefined
  /** Models that a provider's settings list. */
  listed(): string[]
}

/** Models of configured providers, and of those whose place and key are known without configuration. */
export const createRemoteModels = (
  settings: Record<string, ProviderSettings>,
  given: Record<string, Provider> = {},
): RemoteModels => {
  const providers = new Map<string, Promise<Provider>>()
  const open = (id: string, provider: ProviderSettings): Promise<Provider> => {
    const known = providers.get(id)
    if (known) return known
    const opening = Object.hasOwn(given, id) ? Promise.resolve(given[id]!) : openProvider(id, provider)
    providers.set(id, opening)
    // A key may come later, or a package.
    opening.catch(() => providers.delete(id))
    return opening
  }

  return {
    find(name, { chosen }) {
      const slash = name.indexOf('/')
      const [id, model] = [name.slice(0, slash), name.slice(slash + 1)]
      if (slash < 1 || !model) return undefined
      const provider = Object.hasOwn(given, id)
        ? {}
        : Object.hasOwn(settings, id)
          ? settings[id]!
          : chosen && isProviderKind(id) && isKnownPlace(id)
            ? {}
            : undefined
      if (!provider) return undefined
      if (!chosen && provider.models && !provider.models.includes(model)) throw notOpen(id, model, provider.models)
      return {
        id: name,
        continues: provider.continues ?? false,
        language: async () => (await open(id, provider)).languageModel(model),
        embedder: async () => embedderOf(id, model, provider, given[id]),
        reranker: async () => rerankerOf(id, model, await open(id, provider)),
      }
    },
    listed: () => Object.entries(settings).flatMap(([id, { models = [] }]) => models.map((model) => `${id}/${model}`)),
  }
}

const embedderOf = async (
  id: string,
  model: string,
  settings: ProviderSettings,
  given: Provider | undefined,
): Promise<EmbeddingModel> => {
  const provider = given ?? (await openProvider(id, settings, model))
  const embedder = provider.embeddingModel?.(model)
  if (!embedder)
    throw new RtError({
      code: 'unsupported',
      message: `${id} has no embedding models${given ? '' : ` (kind ${kindOf(id, settings)})`}.`,
      hint: 'Name one of another provider, or a local one: bge-small-en-v1.5.',
    })
  return embedder
}

const rerankerOf = (id: string, model: string, provider: Provider): Reranker => {
  const reranker = provider.reranker?.(model)
  if (!reranker)
    throw new RtError({
      code: 'unsupported',
      message: `${id} has no rerankers.`,
      hint: 'Name one of a provider of kind ai-sdk, such as @ai-sdk/cohere, or a local one: bge-reranker-base.',
    })
  return reranker
}

const notOpen = (id: string, model: string, models: string[]): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `"${id}/${model}" is not open to requests.`,
    hint: models.length
      ? `Models of ${id}: ${models.map((one) => `${id}/${one}`).join(', ')}.`
      : `No model of ${id} is open to requests: see models of [providers.${id}].`,
  })
