import { RtError } from '@rt/core'
import { MAX_MESSAGE_BYTES, messageError } from './flow-limit.ts'

export interface LimitBodyOptions {
  server: string
  spend: (messages: number, bytes: number) => void
  onTooMuch: (error: RtError) => void
}

/** The same response, whose body ends with an error when a message of it, or all of it, is too much. */
export const limitBody = (response: Response, { server, spend, onTooMuch }: LimitBodyOptions): Response => {
  if (!response.body) return response
  const isEvents = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  let size = 0
  const count = (chunk: Uint8Array): void => {
    let lines = 0
    // An event is a few lines: none is longer than one message.
    if (isEvents) for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
    size = lines > 0 ? chunk.length - 1 - chunk.lastIndexOf(10) : size + chunk.length
    if (size > MAX_MESSAGE_BYTES) throw messageError(server)
    spend(Math.ceil(lines / 3), chunk.length)
  }
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        try {
          count(chunk)
          controller.enqueue(chunk)
        } catch (error) {
          controller.error(error)
          if (RtError.isInstance(error)) onTooMuch(error)
        }
      },
    }),
  )
  const { status, statusText, headers } = response
  const limited = new Response(body, { status, statusText, headers })
  // Resolved addresses of metadata are read from it.
  Object.defineProperty(limited, 'url', { value: response.url })
  return limited
}
