import type { ModelRequest } from '@rt/core'

/** A gap in a text. */
export interface InfillTexts {
  /** Text before the gap. Of one that does not fit into the context its end is read. */
  prefix: string
  /** Text behind the gap. Of one that does not fit its beginning is read, at least a quarter of the room. */
  suffix: string
}

/** Text to write between two others; all else as in a request for an answer. */
export interface InfillRequest
  extends InfillTexts, Omit<ModelRequest, 'messages' | 'tools' | 'toolChoice' | 'output' | 'reasoning'> {}

export interface TokenOptions {
  signal?: AbortSignal | undefined
  /** Control tokens, such as the end of a turn, have their text: it is read as them, and they are shown by it. Default false. */
  special?: boolean | undefined
}
