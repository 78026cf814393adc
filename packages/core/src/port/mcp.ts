import type { DocumentInfo } from '../knowledge/ingest.ts'
import type { Message } from '../message/message.ts'
import type { CallOptions } from '../model/call-options.ts'
import type { JsonSchema, JsonValue } from '../schema/json.ts'
import type { ThreadInfo } from '../thread/thread-store.ts'
import type { Approval, ApprovalRequest } from '../tool/tool-policy.ts'
import type { Tool } from '../tool/tool.ts'
import type { Identity } from './keys.ts'

/** A tool as a client of others may call it. */
export type ServedTool = Pick<
  Tool,
  'name' | 'description' | 'parameters' | 'outputSchema' | 'sideEffects' | 'idempotent' | 'untrusted'
>

export interface ServedCall {
  name: string
  arguments: JsonValue
  identity: Identity
  /** The client can ask its user: a call that needs a person comes back as `approval`, else it is refused. */
  canAsk: boolean
  /** What the user said, about the request with this hash. */
  decision?: Approval & { hash: string }
}

export interface ServedCallOptions extends CallOptions {
  /** What the tool has so far. */
  onProgress?: (value: JsonValue) => void
  onWarning?: (warning: { id: string; message: string }) => void
}

/** `result` of an error is `{ error: { code, message } }`; `outputSchema` is the tool's. */
export type ServedOutcome =
  | { type: 'result'; result: JsonValue; isError: boolean; outputSchema?: JsonSchema | undefined }
  | { type: 'approval'; request: Pick<ApprovalRequest, 'name' | 'arguments' | 'hash' | 'reason'> }

/** An agent's instructions, to begin a conversation of another client with. */
export interface ServedAgent {
  name: string
  description?: string
  instructions: string
}

/**
 * Port of the MCP wire: what programs with models of their own may use, each as who it is. Nobody knows what those models
 * are and where they run, so nothing that is `local-only` comes through here.
 */
export interface McpPort {
  /** Of rt. */
  readonly version: string
  tools(identity: Identity, options?: CallOptions): Promise<ServedTool[]>
  /**
   * Runs one call as the agent loop would: guards, arguments, permission, limits. What goes wrong in it is its result.
   *
   * @throws RtError `tool_not_found`; `overloaded` while too many calls of this principal run; whatever ends it from outside.
   */
  call(call: ServedCall, options?: ServedCallOptions): Promise<ServedOutcome>
  documents(identity: Identity, options?: CallOptions): Promise<DocumentInfo[]>
  /** The text of a document, as it was read. @throws RtError `not_found`. */
  document(identity: Identity, document: { collection: string; source: string }, options?: CallOptions): Promise<string>
  /** Of this caller alone; none where it may not read them. */
  threads(identity: Identity, options?: CallOptions): Promise<ThreadInfo[]>
  /** @throws RtError `not_found`. */
  messages(identity: Identity, thread: string, options?: CallOptions): Promise<Message[]>
  agents(identity: Identity, options?: CallOptions): Promise<ServedAgent[]>
}
