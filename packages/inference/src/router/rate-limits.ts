import { type CallOptions, type Clock, type Principal, RtError, systemClock } from '@rt/core'
import { createMinuteCounter, type MinuteCounter, type Refusal } from './minute-counter.ts'

export interface RateLimit {
  requestsPerMinute?: number
  /** Prompt and answer together, estimated before a call and corrected after it. */
  tokensPerMinute?: number
}

export interface RateLimitsOptions extends RateLimit {
  /** For models by id, instead of the limits above. */
  models?: Record<string, RateLimit>
  /**
   * A connected client of `ioredis` or `redis`, to count over several processes. While it cannot be reached each process
   * counts for itself. Default: this process alone.
   */
  redis?: object
  /** Begins every key. Default `rt:limit`. */
  prefix?: string
  /** Tells whether a minute is over when tokens are given back. */
  clock?: Clock
}

/** Requests and tokens a minute, per model and principal. */
export interface RateLimits {
  /** @throws RtError `rate_limited` with `data.retryAfterMs`; then nothing is counted. */
  take(request: { principal: Principal; model: string; tokens: number }, options?: CallOptions): Promise<RateTicket>
}

export interface RateTicket {
  /** Says how many tokens it was in the end. */
  settle(tokens: number): Promise<void>
}

/** Counts with `rate-limiter-flexible`, which is loaded at the first call: minutes that begin with their first request. */
export const createRateLimits = ({
  models = {},
  redis,
  prefix = 'rt:limit',
  clock = systemClock,
  ...rest
}: RateLimitsOptions): RateLimits => {
  const counters = new Map<string, MinuteCounter>()
  const counterOf = (kind: 'requests' | 'tokens', most: number | undefined): MinuteCounter | undefined => {
    if (most === undefined) return undefined
    const name = `${kind}:${most}`
    const counter = counters.get(name) ?? createMinuteCounter({ prefix: `${prefix}:${kind}`, most, redis, clock })
    counters.set(name, counter)
    return counter
  }

  return {
    async take({ principal, model, tokens }) {
      const limit = Object.hasOwn(models, model) ? models[model]! : rest
      const key = JSON.stringify([principal, model])
      const points = Math.ceil(tokens)
      const refuse = (kind: 'requests' | 'tokens', most: number, refusal: Refusal): RtError =>
        limited({ kind, most, points: kind === 'requests' ? 1 : points, model, principal, refusal })

      const requests = await counterOf('requests', limit.requestsPerMinute)?.take(key, 1)
      if (requests && 'retryAfterMs' in requests) throw refuse('requests', limit.requestsPerMinute!, requests)
      const taken = await counterOf('tokens', limit.tokensPerMinute)?.take(key, points)
      if (taken && 'retryAfterMs' in taken) {
        await requests?.change(-1)
        throw refuse('tokens', limit.tokensPerMinute!, taken)
      }
      return { settle: async (used) => taken?.change(Math.ceil(used) - points) }
    },
  }
}

const limited = ({
  kind,
  most,
  points,
  model,
  principal,
  refusal: { used, retryAfterMs },
}: {
  kind: 'requests' | 'tokens'
  most: number
  points: number
  model: string
  principal: Principal
  refusal: Refusal
}): RtError => {
  const data = { limit: most, kind, used, wanted: points, model, principal }
  if (points > most)
    return new RtError({
      code: 'rate_limited',
      message: `a call of '${model}' with up to ${points} ${kind} is more than the ${most} a minute that are allowed.`,
      hint: 'Ask for less with maxOutputTokens, shorten the conversation, or raise the limit.',
      retryable: false,
      data,
    })
  return new RtError({
    code: 'rate_limited',
    message: `'${principal}' has used ${used} of ${most} ${kind} a minute of '${model}', and this call takes up to ${points}.`,
    hint: `Try again in ${Math.ceil(retryAfterMs / 1000)} s, or raise the limit.`,
    data: { ...data, retryAfterMs },
  })
}
