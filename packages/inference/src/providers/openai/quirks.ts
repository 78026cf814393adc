import type { DrySampling, XtcSampling } from '@rt/core'
import type { SamplingNumber } from '../../driver-kit/sampling.ts'

/** One value of `Sampling`; biases of texts apart, which few take. */
export type SamplingName =
  | SamplingNumber
  | 'logitBias'
  | 'logitBias of texts'
  | `xtc.${keyof XtcSampling}`
  | `dry.${keyof DrySampling}`

/** What an API that speaks this protocol does differently, as data: no code asks for its name. */
export interface Quirks {
  /** The field that limits the answer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** `stream_options.include_usage` is understood; else usage comes by itself, or not at all. */
  streamOptions: boolean
  /** Who instructions come from. */
  systemRole: 'system' | 'developer'
  /** What forces some tool to be called; `false`: it cannot be forced. */
  toolRequired: 'required' | 'any' | false
  /** One tool can be forced by its name. */
  toolNamed: boolean
  /** How an answer is forced into a schema. `json_object`: into JSON, the schema is told in words. */
  structuredOutput: 'json_schema' | 'json_object' | false
  /** A schema and tools may come in one request. */
  schemaWithTools: boolean
  /** Fields that deltas bring reasoning in, the first that is there counts. */
  reasoningFields: string[]
  /** The field that reasoning goes back in with the calls that followed it. Absent: it stays here. */
  reasoningBack?: string
  /** How thinking is asked for. */
  reasoningRequest: 'reasoning_effort' | 'reasoning' | false
  /** Names of the models that think, as a regular expression. Absent: which do is not known, any may. */
  reasoningModels?: string
  /** Names of sampling values; what is left out is not sent. */
  sampling: Partial<Record<SamplingName, string>>
  /** It tells how likely tokens were. */
  logprobs: boolean
  /** Requests of one thread are named, so that they meet the same cache. */
  promptCacheKey: boolean
  /** Ids of calls must be this many letters and digits. */
  callIdLength?: number
  /** Embeddings come as base64 when asked for. */
  base64: boolean
  /** Most texts in one embeddings request. */
  embeddingBatch: number
}

const penalties = { presencePenalty: 'presence_penalty', frequencyPenalty: 'frequency_penalty' }
const basic = { temperature: 'temperature', topP: 'top_p' }
const seeded = { ...basic, ...penalties, seed: 'seed' }
const standard = { ...seeded, logitBias: 'logit_bias' }

/** An API that does as OpenAI's documentation said before reasoning models. */
export const PLAIN: Quirks = {
  maxTokens: 'max_tokens',
  streamOptions: true,
  systemRole: 'system',
  toolRequired: 'required',
  toolNamed: true,
  structuredOutput: 'json_schema',
  schemaWithTools: true,
  reasoningFields: ['reasoning_content', 'reasoning'],
  reasoningRequest: 'reasoning_effort',
  sampling: standard,
  logprobs: true,
  promptCacheKey: false,
  base64: true,
  embeddingBatch: 256,
}

/** llama.cpp takes all sampling values, vLLM most, under these names. */
export const samplingNames: Record<
  'basic' | 'standard' | 'seeded' | 'unseeded' | 'vllm' | 'lmstudio' | 'llama' | 'mistral',
  Quirks['sampling']
> = {
  basic,
  standard,
  seeded,
  unseeded: { ...basic, ...penalties },
  vllm: { ...standard, topK: 'top_k', minP: 'min_p', repeatPenalty: 'repetition_penalty' },
  lmstudio: { ...standard, topK: 'top_k', minP: 'min_p', repeatPenalty: 'repeat_penalty' },
  llama: {
    ...standard,
    topK: 'top_k',
    minP: 'min_p',
    repeatPenalty: 'repeat_penalty',
    repeatLastTokens: 'repeat_last_n',
    'logitBias of texts': 'logit_bias',
    'xtc.probability': 'xtc_probability',
    'xtc.threshold': 'xtc_threshold',
    'dry.multiplier': 'dry_multiplier',
    'dry.base': 'dry_base',
    'dry.allowedLength': 'dry_allowed_length',
    'dry.lastTokens': 'dry_penalty_last_n',
    'dry.sequenceBreakers': 'dry_sequence_breakers',
  },
  mistral: { ...basic, ...penalties, seed: 'random_seed' },
}
