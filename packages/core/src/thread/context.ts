import type { Message, PrivacyLabel } from '../message/message.ts'
import type { CallOptions } from '../model/call-options.ts'
import type { HitExplanation } from '../store/vector-query.ts'
import type { LanguageModel, OutputFormat, ToolChoice, ToolSpec } from '../model/language-model.ts'

/** What one step sent to the model, in the model's own tokens. The parts of `by` sum to `used`. */
export interface ContextReport {
  /** Tokens that may be used: the window less what is kept for the answer. */
  limit: number
  used: number
  by: { system: number; tools: number; memory: number; retrieval: number; history: number }
  /** What was left out, oldest first. */
  trimmed: TrimmedItem[]
}

export interface TrimmedItem {
  kind: 'message' | 'chunk'
  id: string
  tokens: number
}

/** A retrieved passage offered to the model. */
export interface RetrievedChunk {
  id: string
  /** As cited, e.g. `handbook/travel.md`. */
  source: string
  headings: string[]
  text: string
  /** Bytes of the source file, or of the text it was converted to. */
  start: number
  end: number
  /** The file was converted to the text that `start` and `end` count in (HTML, PDF, DOCX, CSV, JSON). */
  converted?: true
  score: number
  cosine?: number
  bm25?: number
  /** Of the cross-encoder, as it gives it. */
  rerank?: number
  /** Asked for by `explain`. */
  explain?: HitExplanation
  /** Of the document it is from; the message that carries the passage gets it. */
  label?: PrivacyLabel
}

export interface AssembleRequest {
  model: LanguageModel
  /** Instructions, without retrieved text. */
  system?: string
  /** The conversation, oldest first; the last user message is never trimmed. */
  messages: Message[]
  retrieved?: RetrievedChunk[]
  tools?: ToolSpec[]
  toolChoice?: ToolChoice
  output?: OutputFormat
  /** Tokens kept free for the answer. */
  reserve: number
}

export interface AssembledContext {
  messages: Message[]
  /** The chunks that fitted, in citation order: index 0 is `[1]`. */
  retrieved: RetrievedChunk[]
  report: ContextReport
}

export interface ContextAssembler {
  /**
   * Fits a request into the model's window by exact tokens.
   *
   * @throws RtError `context_overflow` with the numbers when even the last message does not fit.
   */
  assemble(request: AssembleRequest, options?: CallOptions): Promise<AssembledContext>
}
