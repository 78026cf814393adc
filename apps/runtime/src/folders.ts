import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/**
 * Where a runtime keeps its data, in this order: `data` as given, `RT_DATA`, `.rt` beside the nearest config.toml that
 * says `rt = 1`, `.rt` beside the nearest package.json, the user's data folder.
 */
export const dataFolder = async (data?: string, cwd: string = process.cwd()): Promise<string> => {
  const given = data ?? process.env['RT_DATA']
  if (given) return resolve(cwd, given)
  const project = (await nearest(cwd, isOurConfig)) ?? (await nearest(cwd, hasPackage))
  return project ? join(project, '.rt') : join(userDataFolder(), 'rt')
}

const nearest = async (from: string, test: (folder: string) => Promise<boolean>): Promise<string | undefined> => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (await test(folder)) return folder
    if (folder === dirname(folder)) return undefined
  }
}

/** Anybody's `config.toml` may lie in a folder; only one with `rt = 1` is ours. */
const isOurConfig = async (folder: string): Promise<boolean> =>
  /^\s*rt\s*=\s*1\s*(#.*)?$/m.test(await readFile(join(folder, 'config.toml'), 'utf8').catch(() => ''))

const hasPackage = async (folder: string): Promise<boolean> => existsSync(join(folder, 'package.json'))

const userDataFolder = (): string => {
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share')
}
