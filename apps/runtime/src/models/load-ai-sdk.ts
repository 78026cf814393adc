import { pathToFileURL } from 'node:url'
import { type Provider, RtError } from '@rt/core'
import type { ProviderSettings } from '../config/routing-settings.ts'
import { defined } from '../defined.ts'
import { resolveHere } from '../resolve-here.ts'

type Create = (options: { apiKey?: string; baseURL?: string }) => Partial<Record<string, (model: string) => never>>

/**
 * A provider of the AI SDK, from its package: what every such package exports is a function `create…`. It is imported from
 * where the program runs, not from rt.
 *
 * @throws RtError `config_invalid` naming the package.
 */
export const loadAISDK = async (id: string, settings: ProviderSettings, embedder?: string): Promise<Provider> => {
  const { package: name = '', apiKey, baseURL, timeoutMs, contextTokens, dimensions } = settings
  const [{ fromAISDK }, code] = await Promise.all([import('@rt/inference/ai-sdk'), importPackage(id, name)])
  const create = Object.entries(code).find(([key, value]) => /^create[A-Z]/.test(key) && typeof value === 'function')
  if (!create)
    throw new RtError({
      code: 'config_invalid',
      message: `the package ${name} of the provider ${id} exports no function create….`,
      hint: 'Providers of the AI SDK do: @ai-sdk/google, @ai-sdk/mistral and the like.',
    })
  // Without any the package reads its own variable, and the key in that is for the service's own address.
  const key = apiKey ?? (baseURL ? '' : undefined)
  const made = (create[1] as Create)({ ...(key !== undefined && { apiKey: key }), ...(baseURL && { baseURL }) })
  const source = (...names: string[]): ((model: string) => never) | undefined => {
    const found = names.find((one) => typeof made[one] === 'function')
    return found === undefined ? undefined : (model) => made[found]!(model)
  }
  const sources = {
    languageModel: source('languageModel'),
    embeddingModel: source('embeddingModel', 'textEmbeddingModel'),
    rerankingModel: source('rerankingModel'),
  }
  return fromAISDK({
    id,
    ...defined(sources),
    models: {
      ...(contextTokens && { '*': { capabilities: { contextTokens } } }),
      ...(embedder && dimensions && { [embedder]: { dimensions } }),
    },
    ...(timeoutMs && { timeoutMs }),
  })
}

const importPackage = async (id: string, name: string): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(resolveHere(name)).href)) as Record<string, unknown>
  } catch (cause) {
    throw new RtError({
      code: 'config_invalid',
      message: `the provider ${id} needs the package ${name}, which is not installed here or does not load.`,
      hint: `Run: npm install ${name}`,
      cause,
    })
  }
}
