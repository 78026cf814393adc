import type { JsonObject, JsonValue } from '../schema/json.ts'

/** Opaque data of a provider (reasoning signatures, cache markers), keyed by provider id. It round-trips untouched. */
export interface ProviderData {
  [provider: string]: JsonObject
}

interface PartBase {
  provider?: ProviderData
}

export interface TextPart extends PartBase {
  type: 'text'
  text: string
  /** Of an untrusted message: this part is what others wrote. Where no part says so, all of it is. */
  untrusted?: true
}

export interface ReasoningPart extends PartBase {
  type: 'reasoning'
  text: string
}

export interface ToolCallPart extends PartBase {
  type: 'tool-call'
  id: string
  name: string
  arguments: JsonValue
}

export interface ToolResultPart extends PartBase {
  type: 'tool-result'
  /** The id of the call this answers. */
  id: string
  name: string
  result: JsonValue
  isError?: boolean
}

export interface FilePart extends PartBase {
  type: 'file'
  mediaType: string
  /** Bytes, or a URL (`data:` included). */
  data: Uint8Array | string
  name?: string
}

/** Where a statement comes from. Offsets count bytes of the UTF-8 source file, or of the text it was converted to. */
export interface CitationPart extends PartBase {
  type: 'citation'
  /** 1-based number, as in `[1]`. */
  index: number
  /** Source as the user named it, e.g. `handbook/travel.md`. */
  source: string
  chunkId: string
  /** Heading path from the document's title down, e.g. `['Travel', 'Meals']`. */
  headings: string[]
  start: number
  end: number
  /** The file was converted to the text that `start` and `end` count in (HTML, PDF, DOCX, CSV, JSON). */
  converted?: true
  quote: string
}

export type Part = TextPart | ReasoningPart | ToolCallPart | ToolResultPart | FilePart | CitationPart

/** `local-only`: it must not leave this machine; routes to remote models refuse it. */
export type PrivacyLabel = 'local-only'

export type Role = 'system' | 'user' | 'assistant' | 'tool'

/** One message of the conversation IR, the shape every wire decodes to and every store keeps. */
export interface Message {
  v: 1
  id: string
  role: Role
  parts: Part[]
  label?: PrivacyLabel
  /**
   * What it carries was written by others (the result of an untrusted tool, a retrieved passage), or by a model that had
   * read such: it may try to steer the model.
   */
  untrusted?: true
}
