import { type StreamPart, toTerminal } from '@rt/core'

/**
 * A stream that never throws: what goes wrong, also before it has begun, is its one terminal part. To be read once.
 *
 * No generator: every part of every answer passes here.
 *
 * @param ended called once, when nothing more comes of it.
 */
export const failSafe = (
  open: () => Promise<AsyncIterable<StreamPart>>,
  ended: () => void = () => {},
): AsyncIterableIterator<StreamPart> => {
  let source: AsyncIterator<StreamPart> | undefined
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    ended()
  }
  const fail = (error: unknown): IteratorResult<StreamPart> => {
    end()
    return { done: false, value: toTerminal(error) }
  }
  const pass = (result: IteratorResult<StreamPart>): IteratorResult<StreamPart> => {
    if (result.done) end()
    return result
  }
  const begin = async (): Promise<IteratorResult<StreamPart>> => {
    source = (await open())[Symbol.asyncIterator]()
    // Its reader may have left while it was opened.
    if (over) await stream.return!()
    return source.next()
  }
  const stream: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => stream,
    next() {
      if (over) return Promise.resolve({ done: true, value: undefined })
      return (source ? source.next() : begin()).then(pass, fail)
    },
    async return() {
      end()
      await source?.return?.()
      return { done: true, value: undefined }
    },
  }
  return stream
}
