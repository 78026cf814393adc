import type { JsonObject, PrivacyLabel } from '@rt/core'
import type { Effort } from './decode-reasoning.ts'

/** Absent and null are one thing to OpenAI's clients. */
type Maybe<T> = T | null | undefined

export interface ChatContentPart {
  type: string
  text?: string | undefined
  refusal?: string | undefined
  image_url?: { url: string } | undefined
  input_audio?: { data: string; format: string } | undefined
  file?: { file_data?: Maybe<string>; file_id?: Maybe<string>; filename?: Maybe<string> } | undefined
}

export type ChatContent = string | ChatContentPart[]

export type ChatMessage =
  | { role: 'system' | 'developer' | 'user'; content: ChatContent }
  | {
      role: 'assistant'
      content?: Maybe<ChatContent>
      tool_calls?: Maybe<{ id: string; function: { name: string; arguments: string } }[]>
      reasoning_content?: Maybe<string>
      reasoning?: Maybe<string>
    }
  | { role: 'tool'; content: ChatContent; tool_call_id: string; name?: Maybe<string> }

export interface ChatTool {
  type: string
  function?: { name: string; description?: Maybe<string>; parameters?: Maybe<JsonObject> } | undefined
}

export type ChatResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name?: Maybe<string>; schema?: Maybe<JsonObject> } }

/** The body of POST /v1/chat/completions, as far as rt reads it. */
export interface ChatBody {
  model?: Maybe<string>
  messages: ChatMessage[]
  tools?: Maybe<ChatTool[]>
  tool_choice?: Maybe<'none' | 'auto' | 'required' | { type: 'function'; function: { name: string } }>
  response_format?: Maybe<ChatResponseFormat>
  /** GBNF, as llama-server takes it. */
  grammar?: Maybe<string>
  reasoning_effort?: Maybe<Effort>
  temperature?: Maybe<number>
  top_p?: Maybe<number>
  top_k?: Maybe<number>
  min_p?: Maybe<number>
  repeat_penalty?: Maybe<number>
  presence_penalty?: Maybe<number>
  frequency_penalty?: Maybe<number>
  seed?: Maybe<number>
  logit_bias?: Maybe<Record<string, number>>
  repeat_last_n?: Maybe<number>
  xtc_probability?: Maybe<number>
  xtc_threshold?: Maybe<number>
  dry_multiplier?: Maybe<number>
  dry_base?: Maybe<number>
  dry_allowed_length?: Maybe<number>
  dry_penalty_last_n?: Maybe<number>
  dry_sequence_breakers?: Maybe<string[]>
  stop?: Maybe<string | string[]>
  max_tokens?: Maybe<number>
  max_completion_tokens?: Maybe<number>
  n?: Maybe<number>
  logprobs?: Maybe<boolean>
  top_logprobs?: Maybe<number>
  stream?: Maybe<boolean>
  stream_options?: Maybe<{ include_usage?: Maybe<boolean> }>
  rt?: Maybe<{
    thread?: Maybe<string>
    retrieve?: Maybe<boolean | string>
    tools?: Maybe<string[]>
    memory?: Maybe<boolean>
    label?: Maybe<PrivacyLabel>
  }>
}
