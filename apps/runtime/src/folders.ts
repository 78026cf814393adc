import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
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
  await ensureFolder(data)
  const ignore = join(data, '.gitignore')
  if (!existsSync(ignore)) await writeFileAtomic(ignore, '*\n')
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
