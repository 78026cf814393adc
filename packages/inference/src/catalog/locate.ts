import { abortError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import {
  type CatalogPlace,
  findFile,
  type FindFileOptions,
  type FoundFile,
  type PlacedEntry,
  placedFiles,
} from './place.ts'
import { pathEntry } from './references.ts'
import type { FileRole, ResolvedModel } from './types.ts'

/** A file the user points at: nobody checks it. */
export const locatePath = async (name: string, home: string): Promise<ResolvedModel | undefined> => {
  const { entry, path } = pathEntry(name, home)
  return (await identifyFile(path)) && { entry, files: { model: path } }
}

/** All files of an entry on this machine; undefined when one is missing. */
export const locateEntry = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  options: FindFileOptions,
): Promise<ResolvedModel | undefined> => {
  const all: Partial<Record<FileRole, FoundFile>> = {}
  for (const one of placed.entry.files) {
    const found = await findFile(place, placed, one, options).catch((error: unknown) => {
      throw options.signal?.aborted ? abortError(options.signal) : error
    })
    if (!found) return undefined
    all[one.role] = found
  }
  return { entry: placed.entry, ...placedFiles(all) }
}
