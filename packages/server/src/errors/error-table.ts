import type { ErrorCode, SerializedRtError } from '@rt/core'

export interface WireError {
  status: number
  type: string
  /** OpenAI's own name where clients test for one; default: our code. */
  code?: string
}

const INVALID = 'invalid_request_error'
const SERVER = 'server_error'

/**
 * The one place where codes become HTTP statuses and OpenAI error types. 499 is never seen: the client has gone. What a model
 * wrote is no failure of the server: 422, never 500.
 */
export const ERROR_TABLE: Record<ErrorCode, WireError> = {
  aborted: { status: 499, type: INVALID },
  timeout: { status: 504, type: SERVER },
  invalid_request: { status: 400, type: INVALID },
  invalid_json: { status: 400, type: INVALID },
  unsupported: { status: 400, type: INVALID },
  schema_unsupported: { status: 400, type: INVALID },
  not_found: { status: 404, type: INVALID },
  conflict: { status: 409, type: INVALID },
  model_not_found: { status: 404, type: INVALID },
  model_unavailable: { status: 503, type: SERVER },
  model_invalid: { status: 500, type: SERVER },
  context_overflow: { status: 400, type: INVALID, code: 'context_length_exceeded' },
  engine_crashed: { status: 503, type: SERVER },
  engine_unavailable: { status: 503, type: SERVER },
  overloaded: { status: 503, type: SERVER },
  provider_error: { status: 502, type: SERVER },
  rate_limited: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  budget_exceeded: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  local_only: { status: 403, type: 'permission_error' },
  checksum_mismatch: { status: 500, type: SERVER },
  download_failed: { status: 503, type: SERVER },
  disk_full: { status: 507, type: SERVER },
  network: { status: 502, type: SERVER },
  database_error: { status: 500, type: SERVER },
  database_newer: { status: 500, type: SERVER },
  database_corrupt: { status: 500, type: SERVER },
  folder_owned: { status: 503, type: SERVER },
  read_only: { status: 403, type: 'permission_error' },
  stamp_mismatch: { status: 500, type: SERVER },
  tool_not_found: { status: 400, type: INVALID },
  tool_arguments: { status: 422, type: INVALID },
  tool_failed: { status: 500, type: SERVER },
  tool_timeout: { status: 504, type: SERVER },
  mcp_unavailable: { status: 503, type: SERVER },
  mcp_changed: { status: 403, type: 'permission_error' },
  approval_denied: { status: 403, type: 'permission_error' },
  approval_required: { status: 403, type: 'permission_error' },
  guard_blocked: { status: 422, type: INVALID },
  model_output: { status: 422, type: INVALID },
  unauthorized: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  forbidden: { status: 403, type: 'permission_error' },
  payload_too_large: { status: 413, type: INVALID },
  port_in_use: { status: 500, type: SERVER },
  config_invalid: { status: 500, type: SERVER },
  shutting_down: { status: 503, type: SERVER },
  internal: { status: 500, type: SERVER },
}

const UPSTREAM: WireError = { status: 502, type: SERVER }

/**
 * What a provider says of the key, the rights or the address it was called with is about this server: as a 401 of ours it
 * would send the client looking for a mistake in its own key.
 */
const OF_PROVIDER: Partial<Record<ErrorCode, WireError>> = {
  unauthorized: UPSTREAM,
  forbidden: UPSTREAM,
  not_found: UPSTREAM,
}

/** How an error is told over HTTP. Those of a provider name it in their data, those of a route the route. */
export const toWireError = ({ code, data }: SerializedRtError): WireError => {
  const upstream = data?.provider !== undefined || data?.route !== undefined
  return (upstream ? OF_PROVIDER[code] : undefined) ?? ERROR_TABLE[code] ?? ERROR_TABLE.internal
}
