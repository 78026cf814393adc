import type { Identity, McpPort, SerializedRtError } from '@rt/core'
import type { Approvals } from './approvals.ts'

/** What every handler is given. */
export interface McpContext {
  port: McpPort
  /** Who asks. */
  identity: Identity
  approvals: Approvals
  /** An error as the client may see it. */
  toClient: (error: unknown) => SerializedRtError
}
