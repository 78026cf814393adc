import type {
  Approver,
  Clock,
  ContextAssembler,
  Guard,
  JsonValue,
  LanguageModel,
  LoopState,
  Message,
  ModelRequest,
  MessageBuilder,
  OutputFormat,
  PendingCall,
  Principal,
  PrivacyLabel,
  ProviderData,
  Reasoning,
  RetrievedChunk,
  RunLimits,
  Sampling,
  Span,
  Tool,
  ToolChoice,
  ToolPolicy,
  ToolSelector,
  ToolSpec,
  Usage,
} from '@rt/core'
import type { Meter } from './meter.ts'
import type { Repair } from './repair.ts'

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
  /** Calls of one step run beside each other. Default true. */
  parallelCalls?: boolean | undefined
  /** Form of the answer. Not applied to a step that is forced to call a tool. */
  output?: OutputFormat | undefined
  sampling?: Sampling | undefined
  stop?: string[] | undefined
  maxOutputTokens?: number | undefined
  /** How likely each token of the text was, from a model that tells. */
  logprobs?: ModelRequest['logprobs'] | undefined
  /** How much a model that can should think before each step. */
  reasoning?: Reasoning | undefined
  /** Caps of the run. Default: 8 model calls and 64 tool calls. */
  limits?: RunLimits | undefined
  /** Asked after each step with tool calls: true ends the run with finishReason `stop`. */
  stopWhen?: ((progress: LoopProgress) => boolean | Promise<boolean>) | undefined
  /** Asked before each step: what this one does differently. */
  prepareStep?: ((progress: LoopProgress) => StepChanges | undefined | Promise<StepChanges | undefined>) | undefined
  /** Chooses the tools the model is shown. Default: all. */
  selector?: ToolSelector | undefined
  /** What may run. Default: what each tool says of itself. */
  policy?: ToolPolicy | undefined
  /** Asks a person, while the run waits. */
  approve?: Approver | undefined
  /**
   * Told where the run stands, after the model's calls are known and after they ran; what it rejects with ends the run. With
   * it, a call that needs a person ends the run with finishReason `approval`, to be gone on with by `resume`; without it
   * and without `approve`, such a call is refused.
   */
  checkpoint?: ((state: LoopState) => Promise<void>) | undefined
  /** Where an earlier run stopped, with what was decided since. */
  resume?: LoopState | undefined
  /** Named in requests for approval. */
  runId?: string | undefined
  /** US dollars; undefined = nobody knows. */
  cost?: ((model: string, usage: Usage) => number | undefined) | undefined
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

/** How far a run is. */
export interface LoopProgress {
  /** Of the step that is prepared, or just ended; the first is 1. */
  step: number
  /** Tool calls that ran. */
  calls: number
  usage: Usage
  /** Milliseconds it worked. */
  ms: number
  /** US dollars, as far as known. */
  usd: number
  /** The conversation so far, what this run wrote included. */
  messages: Message[]
}

/** What one step does differently from the options of the run. */
export interface StepChanges {
  model?: LanguageModel
  system?: string
  /** Names of the tools to show. */
  tools?: string[]
  toolChoice?: ToolChoice
  output?: OutputFormat
  sampling?: Sampling
  maxOutputTokens?: number
  reasoning?: Reasoning
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
  /** Of the present step. */
  model: LanguageModel
  tools: Map<string, Tool>
  /** Names the model is shown in the present step. */
  shown: Set<string>
  clientTools: ReadonlyMap<string, ToolSpec>
  /** What the selector last chose. */
  chosen: readonly Tool[]
  /** Fires on the caller's abort and when the run is over, however it ended. */
  signal: AbortSignal
  span: Span
  /** What an earlier run wrote, which this one goes on with. */
  earlier: Message[]
  /** What the model and the tools wrote since: the next step sends it. */
  written: MessageBuilder
  meter: Meter
  repair: Repair
  /** Calls that have no result yet, by id. */
  pending: Map<string, PendingCall>
  /** Calls that were under way when the process of an earlier run ended: nobody knows whether they ran. */
  doubtful: ReadonlySet<string>
  /** How often each call was made, by its `callKey`. */
  made: Map<string, number>
  /** Of anything the model has read. */
  label: PrivacyLabel | undefined
  /** Something the model has read came from others. */
  tainted: boolean
}
