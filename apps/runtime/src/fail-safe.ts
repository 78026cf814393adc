import { type StreamPart, toRtError } from '@rt/core'

/** A stream that never throws: what goes wrong before it has begun is its one terminal part. */
export async function* failSafe(open: () => Promise<AsyncIterable<StreamPart>>): AsyncIterable<StreamPart> {
  try {
    yield* await open()
  } catch (error) {
    const failure = toRtError(error)
    if (failure.code === 'aborted') yield { type: 'abort', reason: failure.message }
    else yield { type: 'error', error: failure.toJSON() }
  }
}
