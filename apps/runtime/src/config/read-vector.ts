import { defined } from '../defined.ts'
import { toMilliseconds } from './duration.ts'
import type { ConfigFile } from './read-file.ts'
import { mapValues } from './to-options.ts'
import type { VectorSettings } from './vector-settings.ts'

/** What of `[vector]` is no setting of its own. The schema has checked every value. */
export const readVector = (file: ConfigFile | undefined): Pick<VectorSettings, 'apiKey' | 'collections'> => {
  const { api_key: apiKey, collections } = (file?.get(['vector'])?.value ?? {}) as Record<string, unknown>
  return defined({
    apiKey,
    collections:
      collections &&
      mapValues(collections as Record<string, unknown>, ({ ttl, ...others }) =>
        defined({ ...others, ttl: typeof ttl === 'string' ? toMilliseconds(ttl) : undefined }),
      ),
  }) as Pick<VectorSettings, 'apiKey' | 'collections'>
}
