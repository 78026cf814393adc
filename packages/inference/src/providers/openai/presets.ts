import { PLAIN, type Quirks, samplingNames } from './quirks.ts'

export interface Preset {
  /** Where the API is. Servers of one's own: the port they listen on unless told otherwise. */
  baseURL: string
  /** An environment variable that names another place. */
  baseURLVariable?: string
  /** The environment variable that holds the key. Absent: it needs none. */
  keyVariable?: string
  /** Context window of its models where nothing else is said. */
  contextTokens: number
  quirks: Quirks
}

export type PresetName =
  | 'openai'
  | 'mistral'
  | 'vllm'
  | 'tgi'
  | 'ollama'
  | 'llama-server'
  | 'lmstudio'
  | 'openrouter'
  | 'groq'
  | 'together'
  | 'deepseek'
  | 'gemini'

/** Every API known to speak this protocol. A new one is one more entry, and no code. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openai: {
    baseURL: 'https://api.openai.com/v1',
    baseURLVariable: 'OPENAI_BASE_URL',
    keyVariable: 'OPENAI_API_KEY',
    contextTokens: 128_000,
    quirks: {
      ...PLAIN,
      maxTokens: 'max_completion_tokens',
      systemRole: 'developer',
      promptCacheKey: true,
      reasoningModels: '^(o\\d|gpt-[5-9]|codex)',
    },
  },
  mistral: {
    baseURL: 'https://api.mistral.ai/v1',
    baseURLVariable: 'MISTRAL_BASE_URL',
    keyVariable: 'MISTRAL_API_KEY',
    contextTokens: 128_000,
    // It refuses fields it does not know.
    quirks: {
      ...PLAIN,
      streamOptions: false,
      toolRequired: 'any',
      reasoningRequest: false,
      sampling: samplingNames.mistral,
      logprobs: false,
      callIdLength: 9,
      base64: false,
    },
  },
  vllm: {
    baseURL: 'http://127.0.0.1:8000/v1',
    baseURLVariable: 'VLLM_BASE_URL',
    contextTokens: 32_768,
    quirks: { ...PLAIN, sampling: samplingNames.vllm },
  },
  tgi: {
    baseURL: 'http://127.0.0.1:8080/v1',
    baseURLVariable: 'TGI_BASE_URL',
    contextTokens: 8192,
    quirks: {
      ...PLAIN,
      schemaWithTools: false,
      reasoningRequest: false,
      sampling: samplingNames.seeded,
      base64: false,
      embeddingBatch: 32,
    },
  },
  ollama: {
    baseURL: 'http://127.0.0.1:11434/v1',
    baseURLVariable: 'OLLAMA_BASE_URL',
    contextTokens: 4096,
    // It takes a tool_choice and does not heed it.
    quirks: { ...PLAIN, toolRequired: false, toolNamed: false, sampling: samplingNames.seeded },
  },
  'llama-server': {
    baseURL: 'http://127.0.0.1:8080/v1',
    baseURLVariable: 'LLAMA_SERVER_BASE_URL',
    contextTokens: 8192,
    quirks: {
      ...PLAIN,
      toolNamed: false,
      schemaWithTools: false,
      reasoningRequest: false,
      sampling: samplingNames.llama,
    },
  },
  lmstudio: {
    baseURL: 'http://127.0.0.1:1234/v1',
    baseURLVariable: 'LMSTUDIO_BASE_URL',
    contextTokens: 8192,
    quirks: {
      ...PLAIN,
      toolNamed: false,
      reasoningRequest: false,
      sampling: samplingNames.lmstudio,
      logprobs: false,
      base64: false,
    },
  },
  openrouter: {
    baseURL: 'https://openrouter.ai/api/v1',
    baseURLVariable: 'OPENROUTER_BASE_URL',
    keyVariable: 'OPENROUTER_API_KEY',
    contextTokens: 128_000,
    quirks: {
      ...PLAIN,
      reasoningFields: ['reasoning', 'reasoning_content'],
      reasoningRequest: 'reasoning',
      sampling: samplingNames.vllm,
      base64: false,
    },
  },
  groq: {
    baseURL: 'https://api.groq.com/openai/v1',
    baseURLVariable: 'GROQ_BASE_URL',
    keyVariable: 'GROQ_API_KEY',
    contextTokens: 131_072,
    quirks: {
      ...PLAIN,
      maxTokens: 'max_completion_tokens',
      // A schema goes together neither with tools nor with a stream.
      structuredOutput: 'json_object',
      schemaWithTools: false,
      reasoningFields: ['reasoning', 'reasoning_content'],
      sampling: { ...samplingNames.basic, seed: 'seed' },
      logprobs: false,
    },
  },
  together: {
    baseURL: 'https://api.together.xyz/v1',
    baseURLVariable: 'TOGETHER_BASE_URL',
    keyVariable: 'TOGETHER_API_KEY',
    contextTokens: 131_072,
    // Its logprobs are a number, in a shape of its own.
    quirks: { ...PLAIN, sampling: samplingNames.vllm, logprobs: false, base64: false },
  },
  deepseek: {
    baseURL: 'https://api.deepseek.com/v1',
    baseURLVariable: 'DEEPSEEK_BASE_URL',
    keyVariable: 'DEEPSEEK_API_KEY',
    contextTokens: 128_000,
    quirks: {
      ...PLAIN,
      structuredOutput: 'json_object',
      reasoningBack: 'reasoning_content',
      reasoningRequest: false,
      sampling: samplingNames.unseeded,
    },
  },
  gemini: {
    baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
    baseURLVariable: 'GEMINI_BASE_URL',
    keyVariable: 'GEMINI_API_KEY',
    contextTokens: 1_000_000,
    quirks: {
      ...PLAIN,
      schemaWithTools: false,
      sampling: samplingNames.basic,
      logprobs: false,
      base64: false,
      embeddingBatch: 100,
    },
  },
}
