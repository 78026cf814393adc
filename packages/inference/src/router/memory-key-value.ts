import { type Clock, type JsonValue, type KeyValue, RtError, systemClock, throwIfAborted } from '@rt/core'

export interface MemoryKeyValueOptions {
  /** Bytes of keys and values as JSON. Default 64 MiB. */
  maxBytes?: number
  clock?: Clock
}

interface Entry {
  json: string
  bytes: number
  /** Monotonic; Infinity = until it is deleted. */
  expiresAt: number
  counter: boolean
}

/**
 * A KeyValue in this process. What was not read for longest goes first when it is full; counters never do, a budget would
 * forget what was spent.
 */
export const createMemoryKeyValue = ({
  maxBytes = 64 * 1024 * 1024,
  clock = systemClock,
}: MemoryKeyValueOptions = {}): KeyValue & { readonly bytes: number } => {
  // A Map keeps the order of insertion: the first is the one used longest ago.
  const entries = new Map<string, Entry>()
  let bytes = 0

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  const read = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry && entry.expiresAt <= clock.monotonic()) {
      drop(key)
      return undefined
    }
    return entry
  }
  const makeRoom = (needed: number): boolean => {
    const now = clock.monotonic()
    if (bytes + needed > maxBytes) for (const [key, { expiresAt }] of entries) if (expiresAt <= now) drop(key)
    for (const [key, { counter }] of entries) {
      if (bytes + needed <= maxBytes) break
      if (!counter) drop(key)
    }
    return bytes + needed <= maxBytes
  }
  const write = (key: string, json: string, expiresAt: number, counter: boolean): boolean => {
    const before = entries.get(key)
    drop(key)
    const size = Buffer.byteLength(key) + Buffer.byteLength(json)
    if (size > maxBytes || !makeRoom(size)) {
      // A sum that cannot grow stands as it was; a value that changed is gone.
      if (before?.counter) {
        entries.set(key, before)
        bytes += before.bytes
      }
      return false
    }
    entries.set(key, { json, bytes: size, expiresAt, counter })
    bytes += size
    return true
  }
  const expiry = (ttlMs: number | undefined): number => (ttlMs === undefined ? Infinity : clock.monotonic() + ttlMs)

  return {
    get bytes() {
      return bytes
    },
    async get(key, { signal } = {}) {
      throwIfAborted(signal)
      const entry = read(key)
      if (!entry) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return JSON.parse(entry.json) as JsonValue
    },
    async set(key, value, ttlMs, { signal } = {}) {
      throwIfAborted(signal)
      // What is larger than everything is not kept: a cache may forget.
      write(key, JSON.stringify(value), expiry(ttlMs), false)
    },
    async delete(key, { signal } = {}) {
      throwIfAborted(signal)
      drop(key)
    },
    async add(key, amount, ttlMs, { signal } = {}) {
      throwIfAborted(signal)
      const entry = read(key)
      const before: unknown = entry ? JSON.parse(entry.json) : 0
      const sum = (typeof before === 'number' ? before : 0) + amount
      if (!write(key, JSON.stringify(sum), entry?.expiresAt ?? expiry(ttlMs), true))
        throw new RtError({
          code: 'overloaded',
          message: `the store in memory is full of counters (${maxBytes} bytes).`,
          hint: 'Give createMemoryKeyValue a larger maxBytes.',
        })
      return sum
    },
  }
}
