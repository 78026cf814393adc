import type { KeyValue } from '@rt/core'
import type { LimitsSettings } from '../config/settings.ts'

/** A store that several processes share. */
export interface SharedLimits extends AsyncDisposable {
  /** A connected client of Redis. */
  client: object
  keyValue: KeyValue
}

/**
 * The store of limits, budget and kept answers where it is not this process and its data file.
 *
 * @throws RtError when it cannot be reached: what may be spent is not known then.
 */
export const connectLimits = async ({
  store = 'memory',
  url = '',
}: LimitsSettings): Promise<SharedLimits | undefined> => {
  if (store === 'memory') return undefined
  const [{ connectRedis }, { createRedisKeyValue }] = await Promise.all([
    import('./connect-redis.ts'),
    import('@rt/inference/router'),
  ])
  const { client, close } = await connectRedis(url)
  return { client, keyValue: createRedisKeyValue({ redis: client }), [Symbol.asyncDispose]: close }
}
