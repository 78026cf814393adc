import type { StreamPart } from '@rt/core'

/** Parts that come from several places at once, read as one stream. */
export interface PartQueue extends AsyncIterable<StreamPart> {
  push(part: StreamPart): void
  end(): void
  /** Ends it at once: what was not read is left out. */
  fail(error: unknown): void
}

export const createPartQueue = (): PartQueue => {
  const parts: StreamPart[] = []
  let ended = false
  let failure: { error: unknown } | undefined
  let wake = (): void => {}

  return {
    push(part) {
      parts.push(part)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    fail(error) {
      failure ??= { error }
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (failure) throw failure.error
        const part = parts.shift()
        if (part) yield part
        else if (ended) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
