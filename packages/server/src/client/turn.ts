import { type CallOptions, isTerminal, type StreamPart, toTerminal, type TurnRequest } from '@rt/core'
import { encodeMessages } from '../wires/native/message-bytes.ts'
import type { Link } from './link.ts'
import { cutOff } from './wire-errors.ts'

/** A turn of the other process. Never throws: what goes wrong on the way is a terminal part too. */
export async function* turn(
  link: Link,
  request: TurnRequest,
  { signal }: CallOptions = {},
): AsyncGenerator<StreamPart> {
  try {
    const body = { ...request, messages: encodeMessages(request.messages) }
    for await (const part of link.lines<StreamPart>({ method: 'POST', path: '/rt/turn', body, signal })) {
      yield part
      if (isTerminal(part)) return
    }
    yield toTerminal(cutOff(link.address), { signal })
  } catch (error) {
    yield toTerminal(error, { signal })
  }
}
