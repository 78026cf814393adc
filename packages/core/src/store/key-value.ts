import type { CallOptions } from '../model/call-options.ts'
import type { JsonValue } from '../schema/json.ts'

/** Small values by key, for a time: caches and counters that may live in this process or be shared by several. */
export interface KeyValue {
  get(key: string, options?: CallOptions): Promise<JsonValue | undefined>
  /** @param ttlMs how long it is kept; undefined = until it is deleted. */
  set(key: string, value: JsonValue, ttlMs?: number, options?: CallOptions): Promise<void>
  delete(key: string, options?: CallOptions): Promise<void>
  /** Adds to a number and gives the sum; a key that is not there counts as 0 and lives for `ttlMs` from then on. */
  add(key: string, amount: number, ttlMs?: number, options?: CallOptions): Promise<number>
}
