import type { StreamPart } from '../message/stream-part.ts'
import type { Message } from '../message/message.ts'
import type { JsonSchema } from '../schema/json.ts'
import type { CallOptions, Principal } from './call-options.ts'

/** What a model can do, as data: shared code asks here and never looks at a name. */
export interface ModelCapabilities {
  /** Runs on this machine: nothing leaves it, and it costs nothing per token. */
  local: boolean
  /** Context window in tokens, prompt and answer together. */
  contextTokens: number
  /** Tool calls: `grammar` = forced calls are valid by construction. */
  tools: 'none' | 'native' | 'grammar'
  /** Output forced into a JSON Schema. */
  structuredOutput: boolean
  /** Output forced into a grammar (GBNF). Default false. */
  grammar?: boolean
  /** `exact`: countTokens equals what the engine will read. */
  tokenCount: 'exact' | 'estimate'
  reasoning: boolean
  images: boolean
  /** The arguments of a call can be written again: `redecode` is there. Default false. */
  redecode?: boolean
}

/** A tool as a model sees it. */
export interface ToolSpec {
  name: string
  description: string
  /** JSON Schema of the arguments; always an object schema. */
  parameters: JsonSchema
}

/** `auto`: the model decides. `required`: some tool must be called. `{ name }`: that one must be. */
export type ToolChoice = 'none' | 'auto' | 'required' | { name: string }

/** Sampling values. What is left out takes the model's own default, then the engine's (stated on each engine's page). */
export interface Sampling {
  /** 0 = greedy. */
  temperature?: number
  topP?: number
  /** 0 = off. */
  topK?: number
  minP?: number
  /** 1 = off. */
  repeatPenalty?: number
  presencePenalty?: number
  frequencyPenalty?: number
  /** Tokens at the end of the answer that the three penalties look at. */
  repeatLastTokens?: number
  /** Now and then leaves out the likeliest tokens. */
  xtc?: XtcSampling
  /** Keeps an answer from repeating itself word for word. */
  dry?: DrySampling
  /** Makes tokens likelier or less likely. A token that ends an answer cannot be biased. */
  logitBias?: TokenBias[]
  /** The same seed, prompt and model give the same text. */
  seed?: number
}

/** Exclude Top Choices: of the tokens that are likely enough only the least likely one stays. */
export interface XtcSampling {
  /** How often it is done, 0 to 1. 0 = off. */
  probability: number
  /** How likely a token must be to count, 0 to 1. */
  threshold: number
}

/** Don't Repeat Yourself: what would go on with a repetition is punished, the more the longer that is. */
export interface DrySampling {
  /** 0 = off. */
  multiplier: number
  /** Of the exponent that grows with the length. Default 1.75. */
  base?: number
  /** Tokens that may be repeated for nothing. Default 2. */
  allowedLength?: number
  /** Tokens at the end of the answer that are searched. Default: all of it. */
  lastTokens?: number
  /** Texts that no repetition goes across. Default: line break, colon, double quote, asterisk. */
  sequenceBreakers?: string[]
}

export interface TokenBias {
  /** The model's number of a token, or a text, all tokens of which are meant. */
  token: number | string
  /** Added to what the model says of it: 1 is mild, -100 and 100 are a ban and a must. */
  bias: number
}

/** A budget in tokens, or one of the words providers have for it; `none` switches it off where that can be. */
export interface Reasoning {
  effort?: 'none' | 'low' | 'medium' | 'high'
  budgetTokens?: number
}

/**
 * What the answer must look like. `json` without a schema is any JSON object. `grammar` is GBNF, the grammar format of
 * llama.cpp; models without the capability `grammar` answer `unsupported`.
 */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json'; schema?: JsonSchema; name?: string }
  | { type: 'grammar'; gbnf: string }

/** The part of a request that becomes prompt tokens. */
export interface Prompt {
  messages: Message[]
  tools?: ToolSpec[]
  /** Default: `auto` with tools, `none` without. */
  toolChoice?: ToolChoice
  output?: OutputFormat
}

export interface ModelRequest extends Prompt {
  sampling?: Sampling
  /** Sequences that end the answer; they are not part of it. */
  stop?: string[]
  /** Most tokens to write. Default: what is left of the context. */
  maxOutputTokens?: number
  /**
   * With each token of the text, how likely it was, and the `top` likeliest (0 to 20) in its place. Not of what is thought,
   * nor of tool calls. A model that cannot tell warns. Default: not told.
   */
  logprobs?: { top: number }
  /** How much a model that can should think first. Default: the model's own. */
  reasoning?: Reasoning
  /** Whose cached prompt prefixes may be reused. Default `local`. */
  principal?: Principal
  /** Requests with one key share a prompt prefix (a thread). */
  cacheKey?: string
}

/** A model that writes. `generate` is derived: `collect(model.stream(request))`. */
export interface LanguageModel {
  /** As the user names it, e.g. `smollm2:135m`. */
  readonly id: string
  readonly capabilities: ModelCapabilities
  /** Tokens of the prompt as the engine will read it: template, tools and all. */
  countTokens(prompt: Prompt, options?: CallOptions): Promise<number>
  /**
   * Streams the answer. It never throws after the first part: failures are a terminal `error` part, an abort is a
   * terminal `abort` part. Tool calls and `usage` come before the terminal part.
   */
  stream(request: ModelRequest, options?: CallOptions): AsyncIterable<StreamPart>
  /**
   * Writes the arguments of one call again, and nothing else of the answer it stands in: for arguments that turned out to
   * be wrong. They are sampled, so that each try may differ, and held to the schema as far as the model can be. There
   * where the capability `redecode` is.
   *
   * Streams `start`, the whole call under its old id and name, `usage` of what this took beyond the answer, and one
   * terminal part; as `stream`, it never throws. A call it does not know, or no longer, ends with `not_found`: only
   * those of the last few answers are kept.
   *
   * @param callId as the model named it, in an answer that ended with `finish`.
   */
  redecode?(callId: string, options?: CallOptions): AsyncIterable<StreamPart>
}
