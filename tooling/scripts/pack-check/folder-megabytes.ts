import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Size of all files below a folder in MB of a million bytes, links not followed. */
export const folderMegabytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0) / 1e6
