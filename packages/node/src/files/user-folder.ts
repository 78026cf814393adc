import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder of this user, by the custom of the system: what can be made again goes under `cache`, what cannot under `data`.
 * Nothing is created. `XDG_CACHE_HOME`, `XDG_DATA_HOME` and `LOCALAPPDATA` are honoured.
 */
export const userFolder = (kind: 'cache' | 'data', ...path: string[]): string => join(root(kind), ...path)

const root = (kind: 'cache' | 'data'): string => {
  const { XDG_CACHE_HOME, XDG_DATA_HOME, LOCALAPPDATA } = process.env
  if (process.platform === 'win32') return LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', kind === 'cache' ? 'Caches' : 'Application Support')
  return kind === 'cache'
    ? XDG_CACHE_HOME || join(homedir(), '.cache')
    : XDG_DATA_HOME || join(homedir(), '.local', 'share')
}
