import type { ModelRequest, ToolSpec } from '@rt/core'

/** What it takes to write the arguments of a call again. */
export interface CallSpan {
  tool: ToolSpec
  /** The prompt, and what was written up to the arguments. */
  before: Int32Array
  request: Pick<ModelRequest, 'sampling' | 'maxOutputTokens' | 'principal' | 'cacheKey'>
  /** How often it was written again. */
  tries: number
}

/** The calls of the last answers, by their ids. */
export interface CallSpans {
  keep(id: string, span: CallSpan): void
  get(id: string): CallSpan | undefined
}

/** A call is written again at once or not at all: more are only kept for answers that run side by side. */
const MOST = 32

export const createCallSpans = (most: number = MOST): CallSpans => {
  const spans = new Map<string, CallSpan>()
  return {
    keep(id, span) {
      spans.set(id, span)
      if (spans.size > most) spans.delete(spans.keys().next().value!)
    },
    get: (id) => spans.get(id),
  }
}
