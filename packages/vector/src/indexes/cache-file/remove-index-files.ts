import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ownerOf } from './names.ts'

/** Removes all files of an index; with `keep` (a graph that its meta file names) only what is left of other graphs. */
export const removeIndexFiles = (folder: string, name: string, keep?: string): void => {
  for (const file of filesIn(folder)) {
    const owner = ownerOf(file)
    if (owner?.name !== name || (keep !== undefined && (!owner.graph || file === keep))) continue
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
  ...new Set(filesIn(folder).flatMap((file) => ownerOf(file)?.name ?? [])),
]

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
