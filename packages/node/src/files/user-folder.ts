import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

type Kind = 'cache' | 'data'

/** Whose folder it is, where that is not this process's user. */
export interface UserFolderOptions {
  kind: Kind
  /** Default: `process.env`. */
  env?: Record<string, string | undefined>
  /** Default: the home of this user. */
  home?: string
  /** Default: this one. */
  platform?: NodeJS.Platform
}

/**
 * A folder of this user, by the custom of the system: what can be made again goes under `cache`, what cannot under `data`.
 * Nothing is created. `XDG_CACHE_HOME`, `XDG_DATA_HOME` and `LOCALAPPDATA` are honoured.
 */
export const userFolder = (where: Kind | UserFolderOptions, ...path: string[]): string => {
  const {
    kind,
    env = process.env,
    home = homedir(),
    platform = process.platform,
  } = typeof where === 'string' ? { kind: where } : where
  const { join } = platform === 'win32' ? win32 : posix
  const root = (): string => {
    if (platform === 'win32') return env['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
    if (platform === 'darwin') return join(home, 'Library', kind === 'cache' ? 'Caches' : 'Application Support')
    return kind === 'cache'
      ? env['XDG_CACHE_HOME'] || join(home, '.cache')
      : env['XDG_DATA_HOME'] || join(home, '.local', 'share')
  }
  return join(root(), ...path)
}
