import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { metaPath, ownerOf } from './names.ts'

/** Removes the files of an index; with `keep` (a graph that its meta file names), those that are left of others. */
export const removeIndexFiles = (folder: string, name: string, keep?: string): void => {
  const meta = basename(metaPath(folder, name))
  for (const file of filesIn(folder)) {
    if (ownerOf(file) !== name || (keep !== undefined && (file === keep || file === meta))) continue
    // Windows keeps a file that is open: the next time, then.
    try {
      rmSync(join(folder, file), { force: true })
    } catch {
      continue
    }
  }
}

/** Names under which something is saved, whole or not: those of collections that are gone can be removed. */
export const savedIndexes = (folder: string): string[] => [
  ...new Set(filesIn(folder).flatMap((file) => ownerOf(file) ?? [])),
]

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
