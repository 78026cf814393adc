import { existsSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, userFolder, writeFileAtomic } from '@rt/node/files'
import { findConfig, nearest } from './config/find-config.ts'

export interface DataFolderOptions {
  /** Default: the working folder. */
  cwd?: string
  /** A config.toml that was named; false = none. Default: `RT_CONFIG`, else the nearest that says `rt = 1`. */
  config?: string | false | undefined
}

/**
 * Where a runtime keeps its data, in this order: `data` as given, `RT_DATA`, `.rt` beside the config.toml it reads, `.rt`
 * beside the nearest package.json, the user's data folder.
 *
 * @throws RtError `forbidden` for a `.rt` that was found and belongs to another user.
 */
export const dataFolder = async (
  data?: string,
  { cwd = process.cwd(), config }: DataFolderOptions = {},
): Promise<string> => {
  const given = data ?? process.env['RT_DATA']
  if (given) return resolve(cwd, given)
  const found = await findConfig({ config, cwd, env: process.env })
  const project = found ? dirname(found.file) : await nearest(cwd, hasPackage)
  if (!project) return userFolder('data', 'rt')
  const folder = join(project, '.rt')
  await requireOwn(folder)
  return folder
}

/** Where local models save what they held of threads. */
export const kvFolder = (data: string): string => join(data, 'kv')

/** Makes a data folder for this user alone (0700), ignored by git. */
export const prepareFolder = async (data: string): Promise<void> => {
  await refuseFile(data)
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

/** Before a file that was named as the data folder makes an error of what should lie in it. */
export const refuseFile = async (data: string): Promise<void> => {
  const found = await stat(data).catch(() => undefined)
  if (!found || found.isDirectory()) return
  throw new RtError({
    code: 'config_invalid',
    message: `the data folder ${data} is a file.`,
    hint: 'Name a folder: --data FOLDER, or RT_DATA.',
  })
}

/**
 * Who walks into a folder that somebody else made does not mean to keep conversations in files of theirs, nor to be
 * answered out of them. Who names it does.
 */
const requireOwn = async (folder: string): Promise<void> => {
  const owner = process.getuid && (await stat(folder).catch(() => undefined))?.uid
  if (owner === undefined || owner === process.getuid?.()) return
  throw new RtError({
    code: 'forbidden',
    message: `the data folder ${folder} belongs to another user (id ${owner}).`,
    hint: 'If you want to use it, name it: --data FOLDER, or RT_DATA. Else name one of your own.',
  })
}

const hasPackage = async (folder: string): Promise<boolean> => existsSync(join(folder, 'package.json'))
