import type { SerializedRtError } from '@rt/core'

/** What the parent sends. `stream` differs from `call` in what comes back: groups of events, then an end. */
export type HostRequest =
  | { type: 'call'; id: number; method: string; params: unknown }
  | { type: 'stream'; id: number; method: string; params: unknown }
  | { type: 'cancel'; id: number }

/** What the child answers. `result`, `end` and `error` are the last message of their id. */
export type HostResponse =
  | { type: 'result'; id: number; value: unknown }
  | { type: 'events'; id: number; events: unknown[] }
  | { type: 'end'; id: number }
  | { type: 'error'; id: number; error: SerializedRtError }

/** Every host answers it: what its process takes in memory, in bytes. */
export const MEMORY_METHOD = 'memory'
