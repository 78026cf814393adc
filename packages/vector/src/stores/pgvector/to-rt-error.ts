import { type ErrorCode, RtError } from '@rt/core'

/** By SQLSTATE, or the first two characters of it: its class. */
const CODES: Readonly<Record<string, { code: ErrorCode; retryable?: boolean; hint?: string }>> = {
  '08': { code: 'network' },
  '22': { code: 'invalid_request' },
  '25006': { code: 'read_only', hint: 'This server is a replica, or read-only: write to the primary.' },
  '28': { code: 'unauthorized', hint: 'Look at user and password of the url, and at pg_hba.conf of the server.' },
  '3D': { code: 'config_invalid', hint: 'Make the database first: CREATE DATABASE.' },
  '40': { code: 'conflict', retryable: true, hint: 'Another writer was in the way: try again.' },
  '42501': {
    code: 'forbidden',
    hint: 'Grant the user CREATE on the database, and USAGE and CREATE on the schema of the store.',
  },
  '53100': { code: 'disk_full' },
  '53': { code: 'overloaded', hint: 'The server is out of connections or memory: lower `connections`, or try later.' },
  '55P03': { code: 'overloaded' },
  '57014': { code: 'timeout', hint: 'A statement took longer than statement_timeout allows.' },
  '57P': { code: 'network', hint: 'The server is starting, stopping, or was restarted: try again.' },
  '58': { code: 'database_error' },
  XX001: { code: 'database_corrupt' },
  XX002: { code: 'database_corrupt', hint: 'REINDEX repairs a damaged index.' },
}

const SOCKET = /^(E[A-Z]+|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/
/** What pg says of a connection in errors without a code. */
const LOST = /connection|timeout exceeded|not queryable|server does not support SSL/i

/** What Postgres, its driver or the network threw. Neither has the password in its messages. */
export const toStoreError = (cause: unknown): RtError => {
  if (RtError.isInstance(cause)) return cause
  const message = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
  const state = stateOf(cause)
  if (isLost(cause))
    return new RtError({
      code: 'network',
      message: `Postgres cannot be reached: ${message || state || 'the connection was lost'}.`,
      hint: 'Look whether the server runs and can be reached from here. What was being written may or may not be stored; writing it again is safe.',
      cause,
    })
  const known = CODES[state] ??
    CODES[state.slice(0, 3)] ??
    CODES[state.slice(0, 2)] ?? { code: 'database_error' as const }
  return new RtError({
    ...known,
    message: `Postgres refused: ${message}${state ? ` (${state})` : ''}`,
    cause,
    ...(state && { data: { sqlstate: state } }),
  })
}

/** SQLSTATE, or the code of a socket. */
export const stateOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** Whether its connection is of no more use. */
export const isLost = (error: unknown): boolean => {
  const state = stateOf(error)
  if (/^[0-9A-Z]{5}$/.test(state) && !SOCKET.test(state)) return state.startsWith('08') || state.startsWith('57P')
  return SOCKET.test(state) || (!state && error instanceof Error && LOST.test(error.message))
}
