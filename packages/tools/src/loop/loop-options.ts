import type {
  Clock,
  ContextAssembler,
  Guard,
  JsonValue,
  LanguageModel,
  Message,
  ModelRequest,
  MessageBuilder,
  OutputFormat,
  Principal,
  ProviderData,
  Reasoning,
  RetrievedChunk,
  Sampling,
  Span,
  Tool,
  ToolChoice,
  ToolSpec,
} from '@rt/core'

/** Everything one run of the loop is given. */
export interface LoopOptions {
  model: LanguageModel
  /** The conversation, oldest first. */
  messages: Message[]
  system?: string | undefined
  /** Passages offered to the model in every step. */
  retrieved?: RetrievedChunk[] | undefined
  /** Run by the loop. */
  tools?: Tool[] | undefined
  /** Run by the caller: a call to one of these ends the run with finishReason `tool-calls`. */
  clientTools?: ToolSpec[] | undefined
  /** Default `auto` with tools, `none` without. A forced choice holds for the first step; the answer follows in text. */
  toolChoice?: ToolChoice | undefined
  /** Form of the answer. Not applied to a step that is forced to call a tool. */
  output?: OutputFormat | undefined
  sampling?: Sampling | undefined
  stop?: string[] | undefined
  maxOutputTokens?: number | undefined
  /** How likely each token of the text was, from a model that tells. */
  logprobs?: ModelRequest['logprobs'] | undefined
  /** How much a model that can should think before each step. */
  reasoning?: Reasoning | undefined
  /** Model calls before the run ends with finishReason `step-limit`. Default 8. */
  maxSteps?: number | undefined
  assembler: ContextAssembler
  /** Tokens kept free for the answer. Default `maxOutputTokens`, else 512. */
  reserve?: number | undefined
  principal: Principal
  thread?: string | undefined
  cacheKey?: string | undefined
  /** Sees every prompt after assembly and every tool result before the model does. */
  guard?: Guard | undefined
  /** Default: the system's. */
  clock?: Clock | undefined
}

/** A tool call the model finished writing. */
export interface ToolCall {
  id: string
  /** Its id in the model's own answer. */
  modelId: string
  name: string
  arguments: JsonValue
  provider?: ProviderData
  /** What the tool made of the arguments, where that is known already. */
  input?: { value: unknown }
}

/** What the phases of one run share. */
export interface LoopRun {
  options: LoopOptions
  clock: Clock
  tools: ReadonlyMap<string, Tool>
  clientTools: ReadonlyMap<string, ToolSpec>
  /** Fires on the caller's abort and when the run is over, however it ended. */
  signal: AbortSignal
  span: Span
  /** What the model and the tools wrote so far: the next step sends it. */
  written: MessageBuilder
}
