import type { Transport } from '@modelcontextprotocol/client'
import type { RtError } from '@rt/core'

/** A connection that says by itself why it ended. */
export interface ServerTransport extends Transport {
  /** Why it is no more; undefined while it lives, and when it was closed by us. */
  readonly failure: RtError | undefined
  /** Ends it for a reason. */
  fail(error: RtError): void
}
