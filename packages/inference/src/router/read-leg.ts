import { addUsage, emptyUsage, failureOf, isTerminal, RtError, type StreamPart, toRtError, type Usage } from '@rt/core'

/** Reads the stream of one attempt, and keeps account of it. */
export interface LegReader {
  /** Rejects with what the model threw. */
  next(): Promise<StreamPart>
  /** As `next`, but what was thrown becomes a part; after an abort the model has only `grace` left. */
  nextOrEnd(signal: AbortSignal, grace: (ended: AbortSignal) => Promise<void>): Promise<StreamPart>
  leave(): void
  state(): { usage: Usage | undefined; characters: number; failure: RtError | undefined }
}

export const readLeg = (stream: AsyncIterable<StreamPart>, id: string): LegReader => {
  const iterator = stream[Symbol.asyncIterator]()
  let ended = false
  let usage: Usage | undefined
  let characters = 0
  let failure: RtError | undefined

  const note = (part: StreamPart): void => {
    if (part.type === 'usage') usage = addUsage(usage ?? emptyUsage(), part.usage)
    if (part.type === 'text-delta' || part.type === 'reasoning-delta') characters += part.text.length
    if (part.type === 'tool-call-delta') characters += part.delta.length
    if (!isTerminal(part)) return
    ended = true
    failure = failureOf(part)
    // The terminal part's count is the whole one.
    usage = part.usage ?? usage
  }
  const next = async (): Promise<StreamPart> => {
    try {
      const { value, done } = await iterator.next()
      if (done) throw brokenOff(id)
      note(value)
      return value
    } catch (error) {
      ended = true
      failure = toRtError(error)
      throw failure
    }
  }
  return {
    next,
    async nextOrEnd(signal, grace) {
      const over = new AbortController()
      const aborted = new Promise<StreamPart>((resolve) => {
        const wait = (): void => {
          grace(over.signal).then(
            () => resolve({ type: 'abort', reason: 'aborted by the caller.', ...(usage && { usage }) }),
            () => {},
          )
        }
        if (signal.aborted) return wait()
        signal.addEventListener('abort', wait, { once: true })
        over.signal.addEventListener('abort', () => signal.removeEventListener('abort', wait), { once: true })
      })
      const following = next().catch((error: unknown): StreamPart => ({
        type: 'error',
        error: toRtError(error).toJSON(),
        ...(usage && { usage }),
      }))
      return Promise.race([following, aborted]).finally(() => over.abort())
    },
    leave() {
      if (ended) return
      ended = true
      // Never waited for: a model that hangs would hold the call.
      void Promise.resolve(iterator.return?.()).catch(() => {})
    },
    state: () => ({ usage, characters, failure }),
  }
}

const brokenOff = (id: string): RtError =>
  new RtError({ code: 'provider_error', message: `the answer of '${id}' broke off.`, data: { leg: id } })
