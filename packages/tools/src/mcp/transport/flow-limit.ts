import { type Clock, RtError } from '@rt/core'

/** Of one message: more is not read. */
export const MAX_MESSAGE_BYTES: number = 10 * 1024 * 1024
const BURST_MESSAGES = 5_000
const MESSAGES_PER_SECOND = 500
const BURST_BYTES = 64 * 1024 * 1024
const BYTES_PER_SECOND = 8 * 1024 * 1024

/**
 * What a server may send at all: a burst, then a steady rate.
 *
 * @returns a function that is told of each piece, and throws `mcp_unavailable` at the one that is too much.
 */
export const createFlowLimit = (server: string, clock: Clock): ((messages: number, bytes: number) => void) => {
  let messagesLeft = BURST_MESSAGES
  let bytesLeft = BURST_BYTES
  let at = clock.monotonic()
  return (messages, bytes) => {
    const now = clock.monotonic()
    const seconds = (now - at) / 1000
    at = now
    messagesLeft = Math.min(BURST_MESSAGES, messagesLeft + seconds * MESSAGES_PER_SECOND) - messages
    bytesLeft = Math.min(BURST_BYTES, bytesLeft + seconds * BYTES_PER_SECOND) - bytes
    if (messagesLeft < 0 || bytesLeft < 0) throw floodError(server)
  }
}

/** The same for one message. */
export const messageError = (server: string): RtError =>
  new RtError({
    code: 'mcp_unavailable',
    message: `the MCP server ${server} sent a message of more than ${MAX_MESSAGE_BYTES} bytes, and was stopped.`,
    hint: 'Ask it for less at a time.',
    retryable: false,
    data: { server, maxBytes: MAX_MESSAGE_BYTES },
  })

const floodError = (server: string): RtError =>
  new RtError({
    code: 'mcp_unavailable',
    message: `the MCP server ${server} sends more than anybody can read, and was stopped.`,
    hint: `It may send ${BURST_MESSAGES} messages or ${BURST_BYTES} bytes at once, then ${MESSAGES_PER_SECOND} messages and ${BYTES_PER_SECOND} bytes a second.`,
    retryable: false,
    data: { server },
  })
