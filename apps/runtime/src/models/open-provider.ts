import type { Provider } from '@rt/core'
import { isProviderKind, type ProviderKind } from '../config/provider-kinds.ts'
import type { ProviderSettings } from '../config/routing-settings.ts'
import { defined } from '../defined.ts'
import { loadAISDK } from './load-ai-sdk.ts'

/**
 * Opens one kind of provider.
 *
 * @param embedder the embedding model it is opened for, whose vectors have `settings.dimensions`.
 */
export type OpenProvider = (id: string, settings: ProviderSettings, embedder?: string) => Promise<Provider>

const anthropic: OpenProvider = async (id, settings) => {
  const { createAnthropic } = await import('@rt/inference/anthropic')
  const { apiKey, baseURL, headers, timeoutMs, version, contextTokens } = settings
  const models = contextTokens ? { '*': { contextTokens } } : undefined
  // The variable holds a key of Anthropic's own host: another address gets it only when told so.
  const key = apiKey ?? (baseURL === undefined ? process.env['ANTHROPIC_API_KEY'] : undefined)
  return createAnthropic({ id, apiKey: key ?? '', ...defined({ baseURL, headers, timeoutMs, version, models }) })
}

const openai =
  (preset: Exclude<ProviderKind, 'anthropic' | 'kserve' | 'ai-sdk'>): OpenProvider =>
  async (id, settings, embedder) => {
    const { createOpenAI } = await import('@rt/inference/openai')
    const { apiKey, baseURL, headers, timeoutMs, api, contextTokens, dimensions } = settings
    const models = contextTokens ? { '*': { contextTokens } } : undefined
    const embedders = embedder && dimensions ? { [embedder]: { dimensions } } : undefined
    return createOpenAI({ id, preset, ...defined({ apiKey, baseURL, headers, timeoutMs, api, models, embedders }) })
  }

const kserve: OpenProvider = async (id, settings, embedder) => {
  const { createKServe } = await import('@rt/inference/kserve')
  const { apiKey, baseURL = '', timeoutMs, dimensions } = settings
  const models = embedder && dimensions ? { [embedder]: { embedding: { dimensions } } } : undefined
  return createKServe({ id, baseURL, ...defined({ apiKey, timeoutMs, models }) })
}

const KINDS: Record<ProviderKind, OpenProvider> = {
  anthropic,
  openai: openai('openai'),
  mistral: openai('mistral'),
  vllm: openai('vllm'),
  tgi: openai('tgi'),
  ollama: openai('ollama'),
  'llama-server': openai('llama-server'),
  lmstudio: openai('lmstudio'),
  openrouter: openai('openrouter'),
  groq: openai('groq'),
  together: openai('together'),
  deepseek: openai('deepseek'),
  gemini: openai('gemini'),
  kserve,
  'ai-sdk': loadAISDK,
}

/**
 * A provider from its settings. Its driver is read now, its SDK at the first call.
 *
 * @throws RtError `unauthorized` without a key, `invalid_request`, `config_invalid`.
 */
export const openProvider: OpenProvider = async (id, settings, embedder) =>
  KINDS[kindOf(id, settings)](id, settings, embedder)

/** Checked with the settings: a provider without a kind is named like one. */
export const kindOf = (id: string, { kind }: ProviderSettings): ProviderKind =>
  kind ?? (isProviderKind(id) ? id : 'openai')
