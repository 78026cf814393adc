import { type Clock, RtError } from '@rt/core'

const WINDOW_MS = 60_000
const MOST = 3
const DELAY_MS = 250

/** Keeps a server that ends again and again from being started again and again. */
export interface RestartLimit {
  /** It ended, or could not be started. */
  failed(): void
  /**
   * Waits before the next start: not at all at first, longer after each failure.
   *
   * @throws RtError `mcp_unavailable` after several within a minute, until the first is a minute ago.
   */
  wait(signal: AbortSignal): Promise<void>
}

export const createRestartLimit = (server: string, clock: Clock): RestartLimit => {
  let failures: number[] = []
  return {
    failed: () => void failures.push(clock.monotonic()),
    async wait(signal) {
      const now = clock.monotonic()
      failures = failures.filter((at) => now - at < WINDOW_MS)
      if (failures.length === 0) return
      if (failures.length > MOST) {
        const waitMs = Math.ceil(WINDOW_MS - (now - failures[0]!))
        throw new RtError({
          code: 'mcp_unavailable',
          message: `the MCP server ${server} failed ${failures.length} times within a minute, and is not started for now.`,
          hint: `Try again in ${Math.ceil(waitMs / 1000)} s; rt mcp show ${server} says what is wrong.`,
          data: { server, retryAfterMs: waitMs },
        })
      }
      const due = failures.at(-1)! + DELAY_MS * 2 ** (failures.length - 1)
      if (due > now) await clock.sleep(due - now, signal)
    },
  }
}
