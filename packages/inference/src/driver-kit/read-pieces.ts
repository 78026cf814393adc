import type { Readable } from 'node:stream'

/**
 * What a stream holds, in pieces as large as they can be: what came together is read together. Leaving it early does not
 * destroy the stream. Its own iterator takes longer than all the rest of a short answer.
 *
 * @throws what the stream fails with.
 */
export async function* readPieces(body: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  let wake = (): void => {}
  const onChange = (): void => wake()
  for (const event of EVENTS) body.on(event, onChange)
  try {
    for (;;) {
      const piece = body.read() as Uint8Array | null
      if (piece !== null) yield piece
      else if (body.errored) throw body.errored
      else if (body.readableEnded || body.destroyed) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    for (const event of EVENTS) body.off(event, onChange)
  }
}

const EVENTS = ['readable', 'end', 'error', 'close'] as const
