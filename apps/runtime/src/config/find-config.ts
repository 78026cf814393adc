import { open, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export interface FindConfigOptions {
  /** A file as `--config` names it; false = none. Default: `RT_CONFIG`, else the nearest. */
  config?: string | false
  env: Record<string, string | undefined>
  cwd: string
}

export interface FoundConfig {
  file: string
  /** Who named it; undefined when it was found. */
  by?: '--config' | 'RT_CONFIG'
}

/** Finds the config.toml to read. One that is named is taken as it is, also when it is missing. */
export const findConfig = async ({ config, env, cwd }: FindConfigOptions): Promise<FoundConfig | undefined> => {
  if (config === false) return undefined
  if (config) return { file: resolve(cwd, config), by: '--config' }
  const named = env['RT_CONFIG']
  if (named !== undefined)
    return /^(none|)$/i.test(named.trim()) ? undefined : { file: resolve(cwd, named), by: 'RT_CONFIG' }
  const folder = await nearest(cwd, hasConfig)
  return folder === undefined ? undefined : { file: join(folder, 'config.toml') }
}

/** Upwards, but not into the home folder itself, and not into folders that others can write to, such as /tmp. */
export const nearest = async (
  from: string,
  test: (folder: string) => Promise<boolean>,
): Promise<string | undefined> => {
  for (let folder = from; folder !== homedir() && !(await isShared(folder)); folder = dirname(folder)) {
    if (await test(folder)) return folder
    if (folder === dirname(folder)) return undefined
  }
  return undefined
}

const WRITABLE_BY_ALL = 0o002

const isShared = async (folder: string): Promise<boolean> =>
  process.platform !== 'win32' && ((await stat(folder)).mode & WRITABLE_BY_ALL) !== 0

/** Anybody's `config.toml` may lie in a folder; ours says `rt = 1` above its first table. */
export const hasConfig = async (folder: string): Promise<boolean> =>
  isOurs(await beginning(join(folder, 'config.toml')).catch(() => ''))

/** More of a file that may be anybody's, and of any size, is not looked at. */
const MOST = 65_536

/** The first lines of a file, without one that is cut. */
const beginning = async (path: string): Promise<string> => {
  if (!(await stat(path)).isFile()) return ''
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST), 0, MOST, 0)
  const text = buffer.toString('utf8', 0, bytesRead)
  return bytesRead < MOST ? text : text.slice(0, text.lastIndexOf('\n') + 1)
}

// Of one line each, and such that no part can match in two ways: a file made for it must not hold up every command.
const HEADER = /^\[{1,2}\s*[\w"'][^,]*\]\s*(?:#[^]*)?$/
const VERSION = /^(?:rt|"rt"|'rt')\s*=\s*\d+\s*(?:#[^]*)?$/

/** Without reading it as TOML. A file of another version is ours as well: it is refused, not overlooked. */
const isOurs = (text: string): boolean => {
  // Trimming takes a byte order mark along.
  const lines = text.split('\n').map((line) => line.trim())
  const end = lines.findIndex((line) => HEADER.test(line))
  return lines.slice(0, end < 0 ? undefined : end).some((line) => VERSION.test(line))
}
