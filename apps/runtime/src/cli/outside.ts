import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'

/** Whether a path lies neither at nor below a folder, whatever links lead to either. Both need not exist. */
export const outside = (folder: string): ((path: string) => boolean) => {
  const from = realPath(folder)
  return (path) => {
    const way = relative(from, realPath(path))
    return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
  }
}

/** Links followed as far as there is something. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
