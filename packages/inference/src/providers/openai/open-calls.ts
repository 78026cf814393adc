import { createSecretId, type JsonObject, type StreamPart } from '@rt/core'
import { parseArguments } from '../../driver-kit/parse-arguments.ts'

/** A call as far as it has come. */
export interface OpenCall {
  id: string
  name: string
  arguments: string
  provider: JsonObject
}

/** The start of a call, and what of its arguments is there. */
export function* startCall(call: OpenCall): Generator<StreamPart> {
  yield { type: 'tool-call-start', id: call.id, name: call.name }
  if (call.arguments) yield { type: 'tool-call-delta', id: call.id, delta: call.arguments }
}

/** The end of a call: its arguments as a value, or as text where they are no JSON. */
export const endCall = ({ id, name, arguments: text, provider }: OpenCall, providerId: string): StreamPart => ({
  type: 'tool-call-end',
  id,
  name,
  arguments: parseArguments(text),
  ...(Object.keys(provider).length > 0 && { provider: { [providerId]: provider } }),
})

export const createCallId = (): string => `call_${createSecretId().slice(0, 24)}`
