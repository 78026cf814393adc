import { join, sep } from 'node:path'
import { type FileIdentity, identifyFile } from '@rt/node/files'
import { localCandidates } from './sources/local.ts'
import type { CatalogEntry, CatalogFile, CatalogSystem, FileRole, ResolvedModel } from './types.ts'
import { verifyFile } from './verify.ts'

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

export interface FoundFile {
  path: string
  /** As it was hashed; undefined when it was not. */
  stamp?: FileIdentity
}

/** The first place of this machine that holds these bytes. Undefined for a file without a pin. */
export const findFile = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  file: CatalogFile,
  { signal, hash = true, onProgress }: FindFileOptions = {},
): Promise<FoundFile | undefined> => {
  const { bytes, sha256 } = file
  if (bytes === undefined || sha256 === undefined) return undefined
  for (const path of await localCandidates(file, { ...place, own: ownPath(place, placed, file) })) {
    signal?.throwIfAborted()
    if (!hash) {
      if ((await identifyFile(path))?.size === bytes) return { path }
      continue
    }
    const options = { folder: place.folder, sha256File: place.system.sha256File, signal, onProgress }
    // A file of another program that cannot be read is not ours to complain about.
    const stamp = await verifyFile(path, { bytes, sha256 }, options).catch((error: unknown) => {
      if (signal?.aborted) throw error
      return undefined
    })
    if (stamp) return { path, stamp }
  }
  return undefined
}

/** Paths and stamps by role, of an entry whose files were all found. */
export const placedFiles = (found: Partial<Record<FileRole, FoundFile>>): Pick<ResolvedModel, 'files' | 'stamps'> => {
  const roles = Object.entries(found) as [FileRole, FoundFile][]
  const files = Object.fromEntries(roles.map(([role, { path }]) => [role, path])) as ResolvedModel['files']
  const hashed = roles.flatMap(([role, { stamp }]) => (stamp ? [[role, stamp] as const] : []))
  return { files, ...(hashed.length > 0 && { stamps: Object.fromEntries(hashed) }) }
}
