import { existsSync } from 'node:fs'
import { access, constants, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, userFolder, writeFileAtomic } from '@rt/node/files'

/**
 * Where a runtime keeps its data, in this order: `data` as given, `RT_DATA`, `.rt` beside the nearest config.toml that
 * says `rt = 1`, `.rt` beside the nearest package.json, the user's data folder.
 */
export const dataFolder = async (data?: string, cwd: string = process.cwd()): Promise<string> => {
  const given = data ?? process.env['RT_DATA']
  if (given) return resolve(cwd, given)
  const project = (await nearest(cwd, isOurConfig)) ?? (await nearest(cwd, hasPackage))
  return project ? join(project, '.rt') : userFolder('data', 'rt')
}

/** Makes a data folder for this user alone (0700), ignored by git. */
export const prepareFolder = async (data: string): Promise<void> => {
  if (existsSync(data) && !(await stat(data)).isDirectory())
    throw new RtError({
      code: 'config_invalid',
      message: `the data folder ${data} is a file.`,
      hint: 'Name a folder: --data FOLDER, or RT_DATA.',
    })
  try {
    await ensureFolder(data)
    await access(data, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new RtError({
      code: 'forbidden',
      message: `the data folder ${data} cannot be written to.`,
      hint: 'Choose another: --data FOLDER, or RT_DATA.',
      cause,
    })
  }
  const ignore = join(data, '.gitignore')
  if (!existsSync(ignore)) await writeFileAtomic(ignore, '*\n')
}

/** Upwards, but not into the home folder itself, and not into folders that others can write to, such as /tmp. */
const nearest = async (from: string, test: (folder: string) => Promise<boolean>): Promise<string | undefined> => {
  for (let folder = from; folder !== homedir() && !(await isShared(folder)); folder = dirname(folder)) {
    if (await test(folder)) return folder
    if (folder === dirname(folder)) return undefined
  }
  return undefined
}

const WRITABLE_BY_ALL = 0o002

const isShared = async (folder: string): Promise<boolean> =>
  process.platform !== 'win32' && ((await stat(folder)).mode & WRITABLE_BY_ALL) !== 0

/** Anybody's `config.toml` may lie in a folder; only one with `rt = 1` is ours. */
const isOurConfig = async (folder: string): Promise<boolean> =>
  /^\s*rt\s*=\s*1\s*(#.*)?$/m.test(await readFile(join(folder, 'config.toml'), 'utf8').catch(() => ''))

const hasPackage = async (folder: string): Promise<boolean> => existsSync(join(folder, 'package.json'))
