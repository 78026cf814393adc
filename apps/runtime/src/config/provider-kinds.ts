/** What `kind` of `[providers.NAME]` may say: two protocols of one vendor each, the presets of OpenAI's protocol, two doors. */
export const PROVIDER_KINDS = [
  'anthropic',
  'openai',
  'mistral',
  'vllm',
  'tgi',
  'ollama',
  'llama-server',
  'lmstudio',
  'openrouter',
  'groq',
  'together',
  'deepseek',
  'gemini',
  'kserve',
  'ai-sdk',
] as const

export type ProviderKind = (typeof PROVIDER_KINDS)[number]

export const isProviderKind = (name: unknown): name is ProviderKind =>
  (PROVIDER_KINDS as readonly unknown[]).includes(name)

/** Kinds that need no table: their place is known, and their key is in the environment or not needed. */
export const isKnownPlace = (kind: ProviderKind): boolean => kind !== 'kserve' && kind !== 'ai-sdk'
