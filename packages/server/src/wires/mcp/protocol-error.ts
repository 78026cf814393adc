import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { ErrorCode, SerializedRtError } from '@rt/core'

/** Mistakes of the client; all else is ours. */
const INVALID: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'invalid_json',
  'not_found',
  'tool_not_found',
  'tool_arguments',
  'payload_too_large',
])

/** An error of rt in the words of JSON-RPC; its own code is in `data`. */
export const protocolError = ({ code, message, hint, retryable }: SerializedRtError): ProtocolError =>
  new ProtocolError(
    INVALID.has(code) ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError,
    hint ? `${message} ${hint}` : message,
    { code, retryable },
  )
