import type { JsonObject, JsonValue } from '@rt/core'

/** A content block as the API writes it. Kept loose: the two versions differ, and servers imitate both. */
export interface Block extends JsonObject {
  type: string
}

export interface WireMessage extends JsonObject {
  role: 'user' | 'assistant' | 'system'
  content: Block[]
}

export interface WireUsage {
  input_tokens?: number | null
  output_tokens?: number | null
  cache_read_input_tokens?: number | null
  cache_creation_input_tokens?: number | null
  output_tokens_details?: { thinking_tokens?: number | null } | null
}

export interface WireDelta {
  text?: string
  thinking?: string
  signature?: string
  partial_json?: string
  citation?: JsonObject
  stop_reason?: string | null
  stop_details?: { category?: string | null; explanation?: string | null } | null
}

/** One event of a stream, whichever it is. */
export interface WireEvent {
  type?: string
  index?: number
  message?: { usage?: WireUsage }
  content_block?: Block
  delta?: WireDelta & { type?: string }
  usage?: WireUsage
  error?: { type?: string; message?: string }
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field that holds a text; what is absent is empty. */
export const textField = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
