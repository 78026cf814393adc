import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where compiled code of the host is kept: the user's own cache folder, never a shared temporary one. */
export const compileCacheFolder = (): string => {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  const root =
    process.platform === 'win32'
      ? (LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(root, 'rt', 'compile-cache')
}
