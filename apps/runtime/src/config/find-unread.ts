import { stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { type FindConfigOptions, hasConfig, nearest } from './find-config.ts'

/**
 * A config.toml in the working folder, or beside the nearest package.json, that is passed over because it does not say that
 * it is rt's. None where the file was named, or none is wanted: then nobody wonders.
 */
export const findUnread = async ({ config, env, cwd }: FindConfigOptions): Promise<string | undefined> => {
  if (config !== undefined || env['RT_CONFIG'] !== undefined) return undefined
  const project = await nearest(cwd, (folder) => isFile(join(folder, 'package.json')))
  const folder = await nearest(
    cwd,
    async (one) =>
      (one === cwd || one === project) && (await isFile(join(one, 'config.toml'))) && !(await hasConfig(one)),
  )
  return folder === undefined ? undefined : join(folder, 'config.toml')
}

export const unreadText = (file: string, cwd: string): string => {
  const path = relative(cwd, file)
  const shown = isAbsolute(path) ? file : path.startsWith('..') ? path : `./${path}`
  return `${shown} is here but is not read: it does not say rt = 1 above its first table.`
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
