import { type LoopState, RtError, type RunRecord, type RunStatus, type SerializedRtError } from '@rt/core'

/** A row of `memory_runs`, without what only the store needs. */
export interface RunRow {
  id: string
  principal: string
  thread: string | null
  status: RunStatus
  request: string
  state: string
  error: string | null
  trace_id: string | null
  parts: number
  created_at: number
  updated_at: number
}

export const COLUMNS =
  'id, principal, thread, status, request, state, error, trace_id, parts, created_at, updated_at' as const

/** @throws RtError `database_corrupt` when the row is not what the store wrote. */
export const toRecord = (row: RunRow): RunRecord => ({
  id: row.id,
  principal: row.principal,
  ...(row.thread !== null && { thread: row.thread }),
  status: row.status,
  request: read<RunRecord['request']>(row.id, row.request),
  state: read<LoopState>(row.id, row.state),
  ...(row.error !== null && { error: read<SerializedRtError>(row.id, row.error) }),
  ...(row.trace_id !== null && { traceId: row.trace_id }),
  parts: row.parts,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** @throws RtError `database_corrupt`. */
export const read = <T>(id: string, json: string): T => {
  try {
    return JSON.parse(json) as T
  } catch (cause) {
    throw new RtError({ code: 'database_corrupt', message: `run ${id} cannot be read back: it is not JSON.`, cause })
  }
}
