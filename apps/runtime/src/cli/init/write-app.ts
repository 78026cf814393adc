import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RtError } from '@rt/core'
import type { AppFile } from './app-files.ts'

/** The files of these that exist already. */
export const inTheWay = async (folder: string, files: AppFile[]): Promise<string[]> => {
  const found = await Promise.all(
    files.map(async ({ path }) => ((await exists(join(folder, path))) ? path : undefined)),
  )
  return found.filter((path) => path !== undefined)
}

/** Nothing is overwritten unless `force`: also not a file that appeared since it was looked for. */
export const writeApp = async (folder: string, files: AppFile[], { force }: { force: boolean }): Promise<void> => {
  try {
    for (const { path, content } of files) {
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, content, { flag: force ? 'w' : 'wx' })
    }
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    throw new RtError({
      code: code === 'ENOSPC' ? 'disk_full' : code === 'EEXIST' || code === 'ENOTDIR' ? 'conflict' : 'forbidden',
      message: `${path ?? folder} could not be written (${code ?? 'unknown'}).`,
      hint: 'Name another folder: rt init FOLDER.',
      cause,
    })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
