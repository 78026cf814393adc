import type { FinishReason, JsonSchema, ToolChoice, Usage } from '@rt/core'

/** An answer as the suite scripts it; the wire says it in its own words. */
export interface WireAnswer {
  /** Deltas of the reasoning, before the text. */
  reasoning?: string[]
  /** Deltas of the text, before the calls. */
  text?: string[]
  /** Arguments as the fragments they come in. Their text need not be JSON. */
  toolCalls?: { id: string; name: string; fragments: string[] }[]
  /** Default: `tool-calls` with calls, else `stop`. */
  finishReason?: FinishReason
  /** In rt's disjoint counts. Absent: the answer brings none. */
  usage?: Usage
}

/** One event without its line ends: the lines of an SSE event, or one line of JSON. */
export type WireFrame = string[]

/** Refusals every provider has its own words for. */
export type WireFault =
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'unauthorized'
  | 'model-not-found'
  | 'context-overflow'
  | 'invalid-request'

export interface WireRefusal {
  status: number
  body: string
  headers?: Record<string, string>
}

/** What the suite needs to know of a request the driver sent. */
export interface SeenRequest {
  model: string
  /** Names of the tools offered, in order. */
  tools: string[]
  toolChoice?: ToolChoice
  /** The schema the answer was forced into. */
  schema?: JsonSchema
}

/** A protocol, played by a fake server: written once for each driver, beside its tests. */
export interface FakeWire {
  /** `sse`: line ends and comments are tried in every form the standard allows. `lines`: JSON lines. */
  framing: 'sse' | 'lines'
  contentType: string
  /** Which of the counts that not every API has this one brings. */
  counts: { cacheRead?: false; cacheWrite: boolean; reasoning: boolean }
  /** A whole streamed answer, in order. */
  frames(answer: WireAnswer): WireFrame[]
  /** How many frames at the end may be missing without harm (`[DONE]`, `message_stop`). */
  optionalFrames: number
  /** An error said in the middle of a stream. Absent: the protocol has none. */
  errorFrame?(message: string): WireFrame
  /** How a call is refused. */
  refuse(fault: WireFault, message: string): WireRefusal
  /** Reads what the driver sent. */
  read(request: { path: string; body: string }): SeenRequest
  /** The answer to an embeddings call, from vectors in order. Absent: no embeddings. */
  embeddings?(vectors: number[][], tokens: number): string
  /** The answer to a listing of models. Absent: no list. */
  models?(ids: string[]): string
}
