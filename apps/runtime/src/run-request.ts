import type {
  Approver,
  ContextAssembler,
  Guard,
  LoopState,
  Message,
  ModelRequest,
  OutputFormat,
  Principal,
  PrivacyLabel,
  Reasoning,
  RetrievedChunk,
  Router,
  RunLimits,
  Sampling,
  Span,
  Telemetry,
  ThreadStore,
  Tool,
  ToolChoice,
  ToolPolicy,
  ToolSelector,
  ToolSpec,
} from '@rt/core'
import type { BroughtValues } from './fill-in.ts'

/** One turn, whoever asks for it: a wire of the server, a thread of the library, the command. */
export interface RunRequest {
  principal: Principal
  model?: string
  /** Continue and keep this thread. Then of `messages` only those after the last answer are new. */
  thread?: string
  messages: Message[]
  system?: string
  /** The collection to retrieve from; undefined = none. */
  retrieve?: string
  /** Run here. */
  tools?: Tool[]
  /** Tools of servers as they are now, asked before each step. */
  refresh?: () => Promise<Tool[]>
  /** What the user should know before it begins. */
  warnings?: { id: string; message: string }[]
  /** Run by the client: a call to one of these ends the turn. */
  clientTools?: ToolSpec[]
  toolChoice?: ToolChoice
  output?: OutputFormat
  sampling?: Sampling
  stop?: string[]
  maxOutputTokens?: number
  reasoning?: Reasoning
  logprobs?: ModelRequest['logprobs']
  limits?: RunLimits
  /** Kept as a run from its start. */
  durable?: boolean | undefined
  /** Named by its start and by what it asks a person for. */
  runId?: string
  /** Where an earlier part of it stopped. */
  resume?: LoopState
  checkpoint?(state: LoopState): Promise<void>
  /** Asks a person who is there, instead of ending the turn. */
  approve?: Approver | undefined
  /** A turn of ours, or of an agent of ours: what it leaves open is filled in for the model. Default: it stays open. */
  isOwn?: boolean
  /** Of these messages. */
  label?: PrivacyLabel
}

export interface Retrieval {
  /** Best first. */
  passages: RetrievedChunk[]
  /** What the user should know about how they were found. */
  warning?: { id: string; message: string }
}

export interface RetrieveOptions {
  signal?: AbortSignal
  span?: Span
  /** Who asks: an embedder elsewhere is counted for it. Default `local`. */
  principal?: Principal
  /** Of the query: `local-only` keeps it from an embedder elsewhere. */
  label?: PrivacyLabel | undefined
}

/** What a turn is made of: interfaces of core, so that each can be replaced. */
export interface RunParts {
  telemetry: Telemetry
  router: Router
  /** What a model has of its own, by its id. Default: nothing. */
  brings?(model: string): BroughtValues | undefined
  threads(): Promise<ThreadStore>
  retrieve(collection: string, query: string, options: RetrieveOptions): Promise<Retrieval>
  assembler: ContextAssembler
  /** Which of many tools a turn shows. Default: all. */
  selector?: ToolSelector
  /** Looks at prompts, answers and what tools are given and return. Default: nobody does. */
  guard?: Guard
  /** What may run without a person. Default: what each tool says of itself. */
  policy?: ToolPolicy
}
