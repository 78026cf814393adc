import { createSecretId, type JsonValue, type StreamPart } from '@rt/core'

/** A whole call as parts of a stream. */
export const callParts = (name: string, args: JsonValue): StreamPart[] => {
  const id = createCallId()
  return [
    { type: 'tool-call-start', id, name },
    { type: 'tool-call-delta', id, delta: JSON.stringify(args) },
    { type: 'tool-call-end', id, name, arguments: args },
  ]
}

export const createCallId = (): string => `call_${createSecretId().slice(0, 12)}`
