import { existsSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, userFolder, writeFileAtomic } from '@rt/node/files'
import { hasConfig, nearest } from './config/find-config.ts'

/**
 * Where a runtime keeps its data, in this order: `data` as given, `RT_DATA`, `.rt` beside the nearest config.toml that
 * says `rt = 1`, `.rt` beside the nearest package.json, the user's data folder.
 */
export const dataFolder = async (data?: string, cwd: string = process.cwd()): Promise<string> => {
  const given = data ?? process.env['RT_DATA']
  if (given) return resolve(cwd, given)
  const project = (await nearest(cwd, hasConfig)) ?? (await nearest(cwd, hasPackage))
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

const hasPackage = async (folder: string): Promise<boolean> => existsSync(join(folder, 'package.json'))
