import type { Span } from '../telemetry/telemetry.ts'

/** What every asynchronous call of rt takes beside its own arguments. */
export interface CallOptions {
  signal?: AbortSignal | undefined
  /** The step this call belongs to; children are opened under it. Default: not recorded. */
  span?: Span | undefined
}

/** Who a stored thing belongs to: `local`, or the id of an API key. */
export type Principal = string

export const LOCAL: Principal = 'local'
