import type { V4DataFile, V4FileData, V4Json, V4Metadata, V4UrlFile } from './v4-shared.ts'

interface WithOptions {
  providerOptions?: V4Metadata
}

export interface V4TextPart extends WithOptions {
  type: 'text'
  text: string
}

export interface V4ReasoningPart extends WithOptions {
  type: 'reasoning'
  text: string
}

export interface V4FilePart extends WithOptions {
  type: 'file'
  filename?: string
  data: V4FileData
  mediaType: string
}

interface V4ReasoningFilePart extends WithOptions {
  type: 'reasoning-file'
  data: V4DataFile | V4UrlFile
  mediaType: string
}

interface V4CustomPart extends WithOptions {
  type: 'custom'
  kind: `${string}.${string}`
}

export interface V4ToolCallPart extends WithOptions {
  type: 'tool-call'
  toolCallId: string
  toolName: string
  input: unknown
  providerExecuted?: boolean
}

export type V4ToolOutput = WithOptions &
  (
    | { type: 'text' | 'error-text'; value: string }
    | { type: 'json' | 'error-json'; value: V4Json }
    | { type: 'execution-denied'; reason?: string }
    | { type: 'content'; value: V4OutputContent[] }
  )

export type V4OutputContent = WithOptions &
  (
    | { type: 'text'; text: string }
    | { type: 'file'; data: V4FileData; mediaType: string; filename?: string }
    | { type: 'custom' }
  )

export interface V4ToolResultPart extends WithOptions {
  type: 'tool-result'
  toolCallId: string
  toolName: string
  output: V4ToolOutput
}

interface V4ApprovalResponsePart extends WithOptions {
  type: 'tool-approval-response'
  approvalId: string
  approved: boolean
  reason?: string
}

export type V4AssistantPart =
  | V4TextPart
  | V4FilePart
  | V4CustomPart
  | V4ReasoningPart
  | V4ReasoningFilePart
  | V4ToolCallPart
  | V4ToolResultPart

export type V4Message = WithOptions &
  (
    | { role: 'system'; content: string }
    | { role: 'user'; content: (V4TextPart | V4FilePart)[] }
    | { role: 'assistant'; content: V4AssistantPart[] }
    | { role: 'tool'; content: (V4ToolResultPart | V4ApprovalResponsePart)[] }
  )
