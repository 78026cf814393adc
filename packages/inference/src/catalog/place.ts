import { join, sep } from 'node:path'
import { localCandidates } from './sources/local.ts'
import type { CatalogEntry, CatalogFile, CatalogSystem } from './types.ts'
import { statFile, verifyFile } from './verify.ts'

/** What the parts of a catalog share. */
export interface CatalogPlace {
  folder: string
  home: string
  env: Record<string, string | undefined>
  system: CatalogSystem
}

export interface FindFileOptions {
  signal?: AbortSignal | undefined
  /** False: believe the size. Default true. */
  hash?: boolean
  onProgress?: (done: number) => void
}

/** An entry with the folder (below the models folder, with `/`) of rt's own copies of its files. */
export interface PlacedEntry {
  entry: CatalogEntry
  at: string
}

export const ownPath = ({ folder }: CatalogPlace, { at }: PlacedEntry, file: CatalogFile): string =>
  join(folder, ...at.split('/'), file.name)

/** The models folder as errors may show it: never a user's name. */
export const folderLabel = ({ folder, home }: CatalogPlace): string =>
  folder.startsWith(home + sep) ? `~${folder.slice(home.length)}, or where RT_MODELS says` : 'where RT_MODELS says'

/** The first place of this machine that holds these bytes. Undefined for a file without a pin. */
export const findFile = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  file: CatalogFile,
  { signal, hash = true, onProgress }: FindFileOptions = {},
): Promise<string | undefined> => {
  const { bytes, sha256 } = file
  if (bytes === undefined || sha256 === undefined) return undefined
  for (const path of await localCandidates(file, { ...place, own: ownPath(place, placed, file) })) {
    signal?.throwIfAborted()
    if (!hash) {
      if ((await statFile(path))?.size === bytes) return path
      continue
    }
    const options = { folder: place.folder, sha256File: place.system.sha256File, signal, onProgress }
    // A file of another program that cannot be read is not ours to complain about.
    const good = await verifyFile(path, { bytes, sha256 }, options).catch((error: unknown) => {
      if (signal?.aborted) throw error
      return false
    })
    if (good) return path
  }
  return undefined
}
