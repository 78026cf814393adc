import type { Clock, StreamPart } from '@rt/core'

/** Parts that come before the model was called, or before it said anything. */
const PREAMBLE: ReadonlySet<StreamPart['type']> = new Set(['start', 'step-start', 'context', 'warning'])

export interface Opening {
  /** The first part that says how it goes, when it came in time. */
  first: StreamPart | undefined
  /** The model named by the `start` part, when that came. */
  model: string | undefined
  /** All parts, those already read included. */
  parts: AsyncIterable<StreamPart>
  /** Ends the source, also when nobody has begun to read `parts`: what has begun to answer does not end by itself. */
  close(): void
}

/** Reads a stream until its first telling part, or until `ms` are over, and gives the stream back whole. */
export const readOpening = async (
  source: AsyncIterable<StreamPart>,
  { clock, ms }: { clock: Clock; ms: number },
): Promise<Opening> => {
  const iterator = source[Symbol.asyncIterator]()
  const read: StreamPart[] = []
  const over = new AbortController()
  const close = (): void => void iterator.return?.().catch(() => {})
  const timer = clock.sleep(ms, over.signal).then(
    () => undefined,
    () => undefined,
  )
  const give = (first?: StreamPart, pending?: Promise<IteratorResult<StreamPart>>): Opening => {
    const start = read.find((part) => part.type === 'start')
    return { first, model: start?.model, parts: resume(read, pending, iterator), close }
  }
  try {
    for (;;) {
      const pending = iterator.next()
      const result = await Promise.race([pending, timer])
      if (!result || result.done) return give(undefined, pending)
      read.push(result.value)
      if (!PREAMBLE.has(result.value.type)) return give(result.value)
    }
  } finally {
    over.abort()
  }
}

async function* resume(
  read: StreamPart[],
  pending: Promise<IteratorResult<StreamPart>> | undefined,
  iterator: AsyncIterator<StreamPart>,
): AsyncGenerator<StreamPart> {
  try {
    yield* read
    for (let result = await (pending ?? iterator.next()); !result.done; result = await iterator.next())
      yield result.value
  } finally {
    await iterator.return?.()
  }
}
