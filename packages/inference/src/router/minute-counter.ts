import { type Clock, RtError } from '@rt/core'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'

export interface Refusal {
  /** Without what was refused. */
  used: number
  retryAfterMs: number
}

export interface Taken {
  /** Adds to what was taken, or gives back; nothing is given back to a later minute. */
  change(points: number): Promise<void>
}

/** So much a minute, for each key. */
export interface MinuteCounter {
  take(key: string, points: number): Promise<Taken | Refusal>
}

const SECONDS = 60

export const createMinuteCounter = ({
  prefix,
  most,
  redis,
  clock,
}: {
  prefix: string
  most: number
  redis: object | undefined
  clock: Clock
}): MinuteCounter => {
  let loading: Promise<RateLimiterAbstract> | undefined
  const limiter = (): Promise<RateLimiterAbstract> =>
    (loading ??= createLimiter(prefix, most, redis).catch((error: unknown) => {
      loading = undefined
      throw error
    }))

  return {
    async take(key, points) {
      const counter = await limiter()
      const result = await consume(counter, key, points)
      if (result.refused) {
        // The counter counts what it refuses too: one large request would lock out small ones.
        await counter.reward(key, points)
        return { used: Math.max(0, result.consumed - points), retryAfterMs: result.msBeforeNext }
      }
      const until = clock.monotonic() + result.msBeforeNext
      return {
        async change(difference) {
          if (difference > 0) await counter.penalty(key, difference)
          else if (difference < 0 && clock.monotonic() < until) await counter.reward(key, -difference)
        },
      }
    },
  }
}

interface Consumed {
  refused: boolean
  consumed: number
  msBeforeNext: number
}

const consume = async (limiter: RateLimiterAbstract, key: string, points: number): Promise<Consumed> => {
  try {
    const { consumedPoints, msBeforeNext } = await limiter.consume(key, points)
    return { refused: false, consumed: consumedPoints, msBeforeNext }
  } catch (thrown) {
    // A refusal is thrown as figures, a defect as an error.
    if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) throw thrown
    const { consumedPoints, msBeforeNext } = thrown as { consumedPoints: number; msBeforeNext: number }
    return { refused: true, consumed: consumedPoints, msBeforeNext }
  }
}

const createLimiter = async (
  keyPrefix: string,
  points: number,
  redis: object | undefined,
): Promise<RateLimiterAbstract> => {
  const { RateLimiterMemory, RateLimiterRedis } = await import('rate-limiter-flexible').catch((cause: unknown) => {
    throw new RtError({
      code: 'config_invalid',
      message: "limits a minute need the package 'rate-limiter-flexible', which is not installed.",
      hint: 'npm install rate-limiter-flexible',
      cause,
    })
  })
  const options = { keyPrefix, points, duration: SECONDS }
  const memory = new RateLimiterMemory(options)
  if (!redis) return memory
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    // Only ioredis can define commands; the client of `redis` has another signature for all of them.
    useRedisPackage: !('defineCommand' in redis),
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  })
}
