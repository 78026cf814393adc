import { abortError, RtError } from '@rt/core'
import type { Sdk } from './load-sdk.ts'
import type { McpServerOptions } from './options.ts'
import { cleanText } from './tool/clean-text.ts'
import { httpError } from './transport/http-transport.ts'

const MAX_MESSAGE = 2_000

export interface ToMcpErrorOptions {
  name: string
  server: McpServerOptions
  sdk: Sdk
  /** Why the transport ended. */
  failure?: RtError | undefined
  /** Of the caller. */
  signal: AbortSignal
}

/** Whatever a call of a server throws, as one of ours. */
export const toMcpError = (error: unknown, { name, server, sdk, failure, signal }: ToMcpErrorOptions): RtError => {
  if (signal.aborted) return abortError(signal)
  if (failure) return failure
  if (RtError.isInstance(error)) return error
  const cause = error instanceof Error ? error.cause : undefined
  if (RtError.isInstance(cause)) return cause
  if (sdk.SdkError.isInstance(error) && error.code === sdk.SdkErrorCode.RequestTimeout)
    return new RtError({
      code: 'tool_timeout',
      message: `the MCP server ${name} did not answer in time.`,
      hint: `Raise timeout in [mcp.${name}].`,
      data: { server: name },
      cause: error,
    })
  // Its own answer: an error it was asked to give.
  if (sdk.ProtocolError.isInstance(error))
    return new RtError({
      code: 'tool_failed',
      message: `the MCP server ${name} refused: ${cleanText(error.message, MAX_MESSAGE)}`,
      data: { server: name, code: error.code },
      cause: error,
    })
  if ('url' in server) return httpError(name, server.url, error, sdk)
  return new RtError({
    code: 'mcp_unavailable',
    message: `the MCP server ${name} does not keep to the protocol: ${cleanText(String((error as Error)?.message ?? error), MAX_MESSAGE)}`,
    data: { server: name },
    cause: error,
  })
}
