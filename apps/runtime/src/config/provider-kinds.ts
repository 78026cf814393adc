/** What a provider may be called: names of models begin with it. */
export const PROVIDER_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

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

/** Servers of one's own need no key, and behind the two doors anything may be. */
const KEYLESS: readonly ProviderKind[] = ['vllm', 'tgi', 'ollama', 'llama-server', 'lmstudio', 'kserve', 'ai-sdk']

/** The environment variable that holds the key of a service. */
export const keyVariable = (kind: ProviderKind): string | undefined =>
  KEYLESS.includes(kind) ? undefined : `${kind.toUpperCase()}_API_KEY`

/** Kinds that need no table: their place is known, and their key is in the environment or not needed. */
export const isKnownPlace = (kind: ProviderKind): boolean => kind !== 'kserve' && kind !== 'ai-sdk'
