import type { JsonValue } from '@rt/core'
import type { ToolDefinition } from './pins/tool-definition.ts'

/** A tool of a server, for people. */
export interface McpToolInfo {
  name: string
  /** Models may see it: neither `deny` names it, nor does `allow` leave it out. */
  shown: boolean
  now: ToolDefinition
  /** As it was agreed to, where that differs, and in what. */
  agreed?: ToolDefinition
  changed?: string[]
  /** It came after the server was first used. */
  late?: true
}

/** Something to read; a template has places to fill. */
export interface McpResource {
  uri?: string
  uriTemplate?: string
  name: string
  description?: string
  mimeType?: string
}

/** Of bytes: what they are. */
export interface McpResourceContent {
  uri: string
  mimeType?: string
  text: string
}

export interface McpPrompt {
  name: string
  description?: string
  arguments: { name: string; required: boolean }[]
}

export interface McpPromptMessage {
  role: 'user' | 'assistant'
  /** Text, or what stands for a picture, a sound or a resource. */
  content: JsonValue
}
