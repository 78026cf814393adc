import { type StreamPart, toTerminal } from '@rt/core'

/** A stream that never throws: what goes wrong before it has begun is its one terminal part. */
export async function* failSafe(open: () => Promise<AsyncIterable<StreamPart>>): AsyncIterable<StreamPart> {
  try {
    yield* await open()
  } catch (error) {
    yield toTerminal(error)
  }
}
