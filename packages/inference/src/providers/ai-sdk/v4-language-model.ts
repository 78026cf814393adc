import type { V4Message } from './v4-prompt.ts'
import type { V4DataFile, V4Json, V4JsonObject, V4Metadata, V4UrlFile, V4Warning } from './v4-shared.ts'

export interface V4FunctionTool {
  type: 'function'
  name: string
  description?: string
  inputSchema: object
  inputExamples?: { input: V4JsonObject }[]
  strict?: boolean
  providerOptions?: V4Metadata
}

/** One that the provider itself runs. */
export interface V4ProviderTool {
  type: 'provider'
  id: `${string}.${string}`
  name: string
  args: Record<string, unknown>
}

export interface V4CallOptions {
  prompt: V4Message[]
  maxOutputTokens?: number
  temperature?: number
  stopSequences?: string[]
  topP?: number
  topK?: number
  presencePenalty?: number
  frequencyPenalty?: number
  responseFormat?: { type: 'text' } | { type: 'json'; schema?: object; name?: string; description?: string }
  seed?: number
  tools?: (V4FunctionTool | V4ProviderTool)[]
  toolChoice?: { type: 'auto' | 'none' | 'required' } | { type: 'tool'; toolName: string }
  includeRawChunks?: boolean
  abortSignal?: AbortSignal
  headers?: Record<string, string | undefined>
  reasoning?: 'provider-default' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  providerOptions?: V4Metadata
}

export interface V4Usage {
  inputTokens: Record<'total' | 'noCache' | 'cacheRead' | 'cacheWrite', number | undefined>
  outputTokens: Record<'total' | 'text' | 'reasoning', number | undefined>
  raw?: { [key: string]: V4Json | undefined }
}

export interface V4FinishReason {
  unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'interrupted' | 'other'
  raw: string | undefined
}

interface WithMetadata {
  providerMetadata?: V4Metadata
}

interface V4ToolCall extends WithMetadata {
  type: 'tool-call'
  toolCallId: string
  toolName: string
  /** JSON. */
  input: string
  providerExecuted?: boolean
  dynamic?: boolean
}

interface V4ToolResult extends WithMetadata {
  type: 'tool-result'
  toolCallId: string
  toolName: string
  result: NonNullable<V4Json>
  isError?: boolean
  preliminary?: boolean
  dynamic?: boolean
}

type V4Source = WithMetadata & { type: 'source'; id: string } & (
    | { sourceType: 'url'; url: string; title?: string }
    | { sourceType: 'document'; mediaType: string; title: string; filename?: string }
  )

interface V4Citation {
  source: V4Source
  startIndex?: number
  endIndex?: number
  citedText?: string
}

/** What stands in a whole answer and in a stream alike. */
type V4SharedContent =
  | V4ToolCall
  | V4ToolResult
  | V4Source
  | (WithMetadata & { type: 'custom'; kind: `${string}.${string}` })
  | (WithMetadata & { type: 'file' | 'reasoning-file'; mediaType: string; data: V4DataFile | V4UrlFile })
  | (WithMetadata & { type: 'tool-approval-request'; approvalId: string; toolCallId: string })

export type V4Content =
  | (WithMetadata & { type: 'text'; text: string; citations?: V4Citation[] })
  | (WithMetadata & { type: 'reasoning'; text: string })
  | V4SharedContent

export interface V4ResponseMetadata {
  id?: string
  timestamp?: Date
  modelId?: string
}

export type V4StreamPart =
  | (WithMetadata & { type: 'text-start' | 'reasoning-start' | 'reasoning-end' | 'tool-input-end'; id: string })
  | (WithMetadata & { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta'; id: string; delta: string })
  | (WithMetadata & { type: 'text-end'; id: string; citations?: V4Citation[] })
  | (WithMetadata & {
      type: 'tool-input-start'
      id: string
      toolName: string
      inputEncoding?: 'json' | 'text'
      providerExecuted?: boolean
      dynamic?: boolean
      title?: string
    })
  | V4SharedContent
  | { type: 'stream-start'; warnings: V4Warning[] }
  | (V4ResponseMetadata & { type: 'response-metadata' })
  | (WithMetadata & { type: 'finish'; usage: V4Usage; finishReason: V4FinishReason })
  | { type: 'ping' }
  | { type: 'raw'; rawValue: unknown }
  | { type: 'error'; error: unknown }

export interface V4GenerateResult {
  content: V4Content[]
  structuredOutputText?: string
  finishReason: V4FinishReason
  usage: V4Usage
  providerMetadata?: V4Metadata
  request?: { url?: string; body?: unknown }
  response?: V4ResponseMetadata & { headers?: Record<string, string>; body?: unknown }
  warnings: V4Warning[]
}

export interface V4StreamResult {
  stream: ReadableStream<V4StreamPart>
  request?: { url?: string; body?: unknown }
  response?: { headers?: Record<string, string> }
}

/** A LanguageModelV4 of the AI SDK. */
export interface V4LanguageModel {
  readonly specificationVersion: 'v4'
  readonly provider: string
  readonly modelId: string
  supportedUrls: PromiseLike<Record<string, RegExp[]>> | Record<string, RegExp[]>
  doGenerate(options: V4CallOptions): PromiseLike<V4GenerateResult>
  doStream(options: V4CallOptions): PromiseLike<V4StreamResult>
}
