import type { ModelCapabilities } from '@rt/core'
import type { PresetName } from './presets.ts'
import type { Quirks } from './quirks.ts'

export interface OpenAIOptions {
  /** What the provider is called; its models are `<id>/<model>`. Default: the preset's name. */
  id?: string
  /** Default: the preset's environment variable. Servers that need none get none. */
  apiKey?: string
  /** Address of the API with its version, e.g. `https://api.openai.com/v1`. Default: the preset's. */
  baseURL?: string
  /** Which API is spoken to. Default `openai`. */
  preset?: PresetName
  /** Sent with every request, e.g. `OpenAI-Organization`. */
  headers?: Record<string, string>
  /** How long the head of an answer may take. Default 120,000. */
  timeoutMs?: number
  /** How long an answer may then say nothing. Default 120,000. */
  idleMs?: number
  /** Default `chat`, which all of them speak. `responses` keeps reasoning from one call to the next. */
  api?: 'chat' | 'responses'
  /** Where this API differs from its preset. */
  quirks?: Partial<Quirks>
  /** What is known of single models, by name. `*` stands for all others. */
  models?: Record<string, Partial<Omit<ModelCapabilities, 'local'>>>
  /** What is known of single embedders, by name. */
  embedders?: Record<string, EmbedderFacts>
}

export interface EmbedderFacts {
  dimensions: number
  /** Default 8192. */
  maxTokens?: number
}
