import { join, posix, resolve, win32 } from 'node:path'

/** Where models are kept: `RT_MODELS`, else `rt/models` in the cache folder the platform gives a user. */
export const modelsFolder = (
  env: Record<string, string | undefined>,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string => {
  if (env.RT_MODELS) return resolve(env.RT_MODELS)
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA ?? win32.join(home, 'AppData', 'Local'), 'rt', 'models')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches', 'rt', 'models')
  return posix.join(env.XDG_CACHE_HOME || join(home, '.cache'), 'rt', 'models')
}
