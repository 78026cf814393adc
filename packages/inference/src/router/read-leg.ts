import {
  addUsage,
  emptyUsage,
  failureOf,
  isTerminal,
  openScope,
  RtError,
  type StreamPart,
  toRtError,
  totalTokens,
  type Usage,
} from '@rt/core'

/** Of prose. */
export const CHARACTERS_PER_TOKEN = 4

/** Reads the stream of one attempt, and keeps account of it. */
export interface LegReader {
  /** Rejects with what the model threw. */
  next(): Promise<StreamPart>
  /** As `next`, but what was thrown becomes a part; after an abort the model has only `grace` left. */
  nextOrEnd(): Promise<StreamPart>
  leave(): void
  state(): { usage: Usage | undefined; characters: number; failure: RtError | undefined }
}

export interface LegReaderOptions {
  id: string
  /** It counts each token itself, also of an answer that ends early. */
  local: boolean
  /** Of the call. */
  signal: AbortSignal
  grace: (left: AbortSignal) => Promise<void>
}

export const readLeg = (
  stream: AsyncIterable<StreamPart>,
  { id, local, signal, grace }: LegReaderOptions,
): LegReader => {
  const iterator = stream[Symbol.asyncIterator]()
  let isLeft = false
  let usage: Usage | undefined
  let characters = 0
  let isWhole = false
  let failure: RtError | undefined

  const note = (part: StreamPart): void => {
    if (part.type === 'usage') usage = addUsage(usage ?? emptyUsage(), part.usage)
    if (part.type === 'text-delta' || part.type === 'reasoning-delta') characters += part.text.length
    if (part.type === 'tool-call-delta') characters += part.delta.length
    if (!isTerminal(part)) return
    failure = failureOf(part)
    isWhole = part.type === 'finish'
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
      failure = toRtError(error)
      throw failure
    }
  }
  const left = openScope()
  let watched = false
  let expired = false
  let expire = (): void => {}
  const startGrace = (): void => {
    grace(left.signal).then(
      () => {
        expired = true
        expire()
      },
      () => {},
    )
  }
  /** Once for all parts. */
  const watch = (): void => {
    if (watched) return
    watched = true
    if (signal.aborted) startGrace()
    else signal.addEventListener('abort', startGrace, { once: true })
  }
  return {
    next,
    nextOrEnd: () =>
      new Promise((resolve) => {
        watch()
        expire = () => resolve({ type: 'abort', reason: 'aborted by the caller.', ...(usage && { usage }) })
        if (expired) return expire()
        next().then(resolve, (error: unknown) =>
          resolve({ type: 'error', error: toRtError(error).toJSON(), ...(usage && { usage }) }),
        )
      }),
    leave() {
      signal.removeEventListener('abort', startGrace)
      left.end()
      if (isLeft) return
      isLeft = true
      // Also one that has written its last part: what it holds open (a child, a connection) it lets go behind that. Never
      // waited for: a model that hangs would hold the call.
      void Promise.resolve(iterator.return?.()).catch(() => {})
    },
    state: () => ({ usage: isWhole || local ? usage : atLeast(usage, characters), characters, failure }),
  }
}

/** An API that counts at the end has told of an answer that was cut off only how it began; what came of it is billed. */
const atLeast = (usage: Usage | undefined, characters: number): Usage | undefined =>
  usage && totalTokens(usage) > 0
    ? { ...usage, output: Math.max(usage.output, Math.ceil(characters / CHARACTERS_PER_TOKEN)) }
    : usage

const brokenOff = (id: string): RtError =>
  new RtError({ code: 'provider_error', message: `the answer of '${id}' broke off.`, data: { leg: id } })
