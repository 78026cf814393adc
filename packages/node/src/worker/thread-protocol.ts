import type { SerializedRtError } from '@rt/core'

/** What the thread is given. */
export interface ThreadJob {
  module: string
  args: readonly unknown[]
}

/** A `progress` is answered with any message: the thread waits for that before it goes on. */
export type ThreadMessage =
  | { type: 'progress'; value: unknown }
  | { type: 'value'; value: unknown }
  | { type: 'failure'; error: unknown; rt?: SerializedRtError }
