import { type Clock, type JsonValue, type KeyValue, RtError, systemClock } from '@rt/core'
import { createRedisCommand } from './redis-command.ts'

export interface RedisKeyValueOptions {
  /**
   * A connected client of `redis` or `ioredis`, which stays its owner's; no cluster. Its user needs GET, SET, DEL, EVAL and
   * INCRBYFLOAT.
   */
  redis: object
  /** Begins every key. Default none: the keys of a budget and of a cache begin with `rt:` already. */
  prefix?: string
  /** How long Redis may take for one command. Default 2000. */
  timeoutMs?: number
  /** Measures that. Default: the system's. */
  clock?: Clock
}

/** One step for everybody: a sum cannot end between the two, and its time is not begun anew. */
const ADD = `if ARGV[2] then redis.call('SET', KEYS[1], '0', 'PX', ARGV[2], 'NX') end
return redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])`

/**
 * A KeyValue in Redis, which several processes share. While Redis is away every call fails within `timeoutMs` with a
 * retryable `network` or `timeout`: a budget over it refuses then, it does not guess. A sum that was given up waiting for
 * may have been added to.
 *
 * @throws RtError `config_invalid` when `redis` is no such client.
 */
export const createRedisKeyValue = ({
  redis,
  prefix = '',
  timeoutMs = 2000,
  clock = systemClock,
}: RedisKeyValueOptions): KeyValue => {
  const command = createRedisCommand(redis, { ms: timeoutMs, clock })
  const named = (key: string): string => `${prefix}${key}`
  return {
    async get(key, { signal } = {}) {
      const reply = await command(['GET', named(key)], signal)
      return typeof reply === 'string' ? parse(reply, named(key)) : undefined
    },
    async set(key, value, ttlMs, { signal } = {}) {
      await command(
        ['SET', named(key), JSON.stringify(value), ...(ttlMs === undefined ? [] : ['PX', whole(ttlMs)])],
        signal,
      )
    },
    async delete(key, { signal } = {}) {
      await command(['DEL', named(key)], signal)
    },
    async add(key, amount, ttlMs, { signal } = {}) {
      const time = ttlMs === undefined ? [] : [whole(ttlMs)]
      return Number(await command(['EVAL', ADD, '1', named(key), String(amount), ...time], signal))
    },
  }
}

/** Redis takes whole milliseconds from 1 on. */
const whole = (ms: number): string => String(Math.max(1, Math.ceil(ms)))

const parse = (text: string, key: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new RtError({
      code: 'config_invalid',
      message: `the key ${key} in Redis holds what rt did not write.`,
      hint: 'Delete it, or give rt a database or a prefix of its own.',
      cause,
      data: { store: 'redis' },
    })
  }
}
