import { resolve } from 'node:path'
import { userFolder } from '@rt/node/files'

/** Where models are kept: `RT_MODELS`, else `rt/models` in the cache folder the platform gives a user. */
export const modelsFolder = (
  env: Record<string, string | undefined>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string =>
  env.RT_MODELS ? resolve(env.RT_MODELS) : userFolder({ kind: 'cache', env, home, platform }, 'rt', 'models')
