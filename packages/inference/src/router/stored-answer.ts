import { emptyUsage, type JsonValue, type StreamPart, type Usage } from '@rt/core'

/** A whole answer as a cache keeps it. */
export interface StoredAnswer {
  /** Without usage and the terminal part. */
  parts: StreamPart[]
  finishReason: 'stop' | 'tool-calls'
  /** What it took when it was written. */
  usage: Usage
}

/** The store may hold what others put there: what is not ours is no answer. */
export const readStored = (value: JsonValue | undefined): StoredAnswer | undefined =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Array.isArray(value['parts']) &&
  typeof value['finishReason'] === 'string'
    ? (value as unknown as StoredAnswer)
    : undefined

export const storeAnswer = (answer: StoredAnswer): JsonValue => answer as unknown as JsonValue

/** The parts of a hit: nothing was spent, so nothing is billed again. */
export function* replay({ parts, finishReason }: StoredAnswer): Generator<StreamPart> {
  yield* parts
  yield { type: 'usage', usage: emptyUsage() }
  yield { type: 'finish', finishReason, usage: emptyUsage() }
}
