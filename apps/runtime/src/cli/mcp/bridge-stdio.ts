import type { Readable, Writable } from 'node:stream'
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { stopped } from '../stopped.ts'

export interface BridgeOptions {
  /** Of the runtime that answers. */
  address: string
  /** Of its data folder. */
  token: string
  input: Readable
  output: Writable
  signal: AbortSignal
}

/**
 * Passes the messages of a client on standard input and output to the server at an address, and back, whatever revision
 * of the protocol they are of. Ends when the client closes its end, or is gone.
 */
export const bridgeStdio = async ({ address, token, input, output, signal }: BridgeOptions): Promise<void> => {
  const http = new StreamableHTTPClientTransport(new URL('/mcp', address), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  const stdio = new StdioServerTransport(input, output)
  const over = Promise.withResolvers<void>()
  const closeStdio = stdio.close.bind(stdio)
  stdio.close = async () => {
    await closeStdio()
    over.resolve()
  }
  /** Requests without an answer. */
  const waiting = new Map<RequestId, { stop: AbortController; begins: boolean }>()

  /** A client that has gone reads nothing. */
  const toClient = (message: JSONRPCMessage): void => void stdio.send(message).catch(() => over.resolve())

  http.onmessage = (message) => {
    if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined) {
      const begins = waiting.get(message.id)?.begins === true
      waiting.delete(message.id)
      const version = begins && 'result' in message ? message.result['protocolVersion'] : undefined
      if (typeof version === 'string') http.setProtocolVersion(version)
    }
    toClient(message)
  }
  stdio.onmessage = (message) => {
    const id = isJSONRPCRequest(message) ? message.id : undefined
    const stop = new AbortController()
    if (id !== undefined) waiting.set(id, { stop, begins: isInitializeRequest(message) })
    const cancelled = cancelledBy(message)
    http.send(message, { requestSignal: stop.signal }).then(
      // Where each request stands for itself, its connection is what is cancelled.
      () => cancelled !== undefined && isModern(message) && waiting.get(cancelled)?.stop.abort(),
      (error: unknown) => {
        if (id === undefined || !waiting.delete(id) || stop.signal.aborted) return
        toClient({ jsonrpc: '2.0', id, error: { code: -32603, message: `rt did not answer: ${describe(error)}` } })
      },
    )
  }
  await http.start()
  await stdio.start()
  await Promise.race([over.promise, stopped(signal)])
  for (const { stop } of waiting.values()) stop.abort()
  await http.terminateSession().catch(() => {})
  await http.close()
  await closeStdio()
}

const cancelledBy = (message: JSONRPCMessage): RequestId | undefined =>
  isJSONRPCNotification(message) && message.method === 'notifications/cancelled'
    ? (message.params?.['requestId'] as RequestId | undefined)
    : undefined

/** It carries the revision it is of, as all do since 2026-07-28. */
const isModern = ({ params }: { params?: { _meta?: object | undefined } | undefined } & object): boolean =>
  params?._meta !== undefined && 'io.modelcontextprotocol/protocolVersion' in params._meta

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300)
