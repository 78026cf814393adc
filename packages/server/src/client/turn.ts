import { type CallOptions, isTerminal, type StreamPart, toTerminal, type TurnRequest } from '@rt/core'
import { encodeMessages } from '../wires/native/message-bytes.ts'
import type { Link, LinkRequest } from './link.ts'
import { cutOff } from './wire-errors.ts'

/** A turn of the other process. Never throws: what goes wrong on the way is a terminal part too. */
export const turn = (link: Link, request: TurnRequest, { signal }: CallOptions = {}): AsyncGenerator<StreamPart> =>
  parts(link, signal, () => ({
    method: 'POST',
    path: '/rt/turn',
    body: { ...request, messages: encodeMessages(request.messages) },
  }))

/** Parts line by line, ending in exactly one terminal part. Never throws. */
export async function* parts(
  link: Link,
  signal: AbortSignal | undefined,
  request: () => LinkRequest,
): AsyncGenerator<StreamPart> {
  try {
    for await (const part of link.lines<StreamPart>({ ...request(), signal })) {
      yield part
      if (isTerminal(part)) return
    }
    yield toTerminal(cutOff(link.address), { signal })
  } catch (error) {
    yield toTerminal(error, { signal })
  }
}
